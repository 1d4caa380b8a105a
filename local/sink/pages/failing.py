"""Failures on demand: planned, listed, taken back; what went wrong lately."""

import json
from typing import NamedTuple

from aiohttp import web

from local.sink.context import SINK
from local.sink.failures import FAILED, Failure, Fired, Mode
from local.sink.pages.form import fields
from local.sink.pages.moments import moment
from local.sink.pages.page import done, respond, wanted
from local.sink.pages.view import LABELS, clipped
from local.sink.refusal import Refused, parse
from local.sink.service import Sink


class Button(NamedTuple):
    """How a mode is called and what it does."""

    label: str
    effect: str


BUTTONS = {
    Mode.REJECT: Button("Refuse", "400 for this recipient, for good; by SMTP 550. Nothing goes out."),
    Mode.BOUNCE: Button("Bounce", "Accepted; the report then says that it failed. Not by SMTP, nor of a push message."),
    Mode.THROTTLE: Button("Throttle", "429 with Retry-After; by SMTP 451. Nothing goes out."),
    Mode.ERROR: Button("Server error", "500; by SMTP 451. Nothing goes out."),
    Mode.SLOW: Button("Slow answer", "Goes out at once, but the answer takes its time."),
    Mode.DROP_REQUEST: Button("Lose the request", "The connection breaks before anything is accepted."),
    Mode.DROP_ANSWER: Button("Lose the answer", "Goes out, but the connection breaks before the answer."),
    Mode.GONE: Button("Subscription gone", "410: the browser unsubscribed. Only of a push message."),
}


async def show(request: web.Request) -> web.Response:
    """`GET /failures`: what is still to go wrong; the page also takes the fields `channel` and `to`."""
    sink = request.app[SINK]
    if not wanted(request):
        return web.json_response(
            {"failures": [as_json(number, each) for number, each in sink.failures.planned.items()]}
        )
    return respond(
        request,
        "failures",
        buttons=[{"mode": str(mode), **button._asdict()} for mode, button in BUTTONS.items()],
        statuses=FAILED,
        planned=[{"number": number, **shown(each)} for number, each in sink.failures.planned.items()],
        fired=[happened(sink, each) for each in reversed(sink.failures.fired)],
        channel=request.query.get("channel", "sms"),
        to=request.query.get("to", ""),
    )


def as_json(number: int, failure: Failure) -> dict[str, object]:
    """An instruction and its number, by which it can be removed."""
    return {"id": number, **failure.model_dump(mode="json")}


def shown(failure: Failure) -> dict[str, object]:
    """An instruction in words."""
    detail = {
        Mode.BOUNCE: failure.status if failure.channel == "email" else "Failed",
        Mode.THROTTLE: f"retry after {failure.retry_after} s",
        Mode.SLOW: f"{failure.seconds:g} s",
    }
    return {
        "label": BUTTONS[failure.mode].label,
        "detail": detail.get(failure.mode, ""),
        "channel": failure.channel,
        "channel_label": LABELS[failure.channel],
        "to": failure.to or "",
        "times": failure.times or 0,
    }


def happened(sink: Sink, fired: Fired) -> dict[str, object]:
    """What went wrong, for whom and when."""
    return {**shown(fired.failure), "whom": clipped(", ".join(fired.recipients)), "time": moment(fired.at, sink.now())}


async def plan(request: web.Request) -> web.Response:
    """`POST /failures`, as JSON or as a form; a form's empty fields say nothing."""
    form = await fields(request)
    given = json.dumps({name: value for name, value in form.items() if value}).encode() if form else None
    failure = parse(Failure, await request.read() if given is None else given)
    number = request.app[SINK].failures.plan(failure)
    if form:
        return done(request, "/failures#planned")
    return web.json_response(as_json(number, failure), status=201)


async def remove(request: web.Request) -> web.Response:
    """`DELETE /failures/{number}` and `POST /failures/{number}/remove`."""
    planned = request.app[SINK].failures.planned
    if planned.pop(int(request.match_info["number"]), None) is None:
        raise Refused(404, "NotFound", "This failure is no longer in force.")
    return done(request, "/failures#planned", status=204)


async def clear(request: web.Request) -> web.Response:
    """`DELETE /failures` and `POST /failures/clear`."""
    request.app[SINK].failures.planned.clear()
    return done(request, "/failures#planned", status=204)


def routes() -> list[web.RouteDef]:
    """The routes of failures on demand."""
    return [
        web.get("/failures", show),
        web.post("/failures", plan),
        web.delete("/failures", clear),
        web.post("/failures/clear", clear),
        web.delete("/failures/{number:[0-9]{1,9}}", remove),
        web.post("/failures/{number:[0-9]{1,9}}/remove", remove),
    ]
