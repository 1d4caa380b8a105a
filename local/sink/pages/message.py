"""One message: shown whole, and what its reader or the provider may do about it."""

from typing import Literal
from urllib.parse import urlencode

from aiohttp import web

from local.sink import followup
from local.sink.context import SINK
from local.sink.failures import FAILED
from local.sink.pages import view
from local.sink.pages.form import fields
from local.sink.pages.page import HEADERS, done, respond
from local.sink.refusal import Refused

# A mail's own styles are shown; it runs nothing, loads nothing and sends nothing, in our frame or on its own.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; form-action 'none'; frame-ancestors 'self'"
)
# Links of a mail open beside the inbox, not inside the frame.
FRAME = '<!doctype html><meta charset="utf-8"><base target="_blank">'


async def show(request: web.Request) -> web.Response:
    """`GET /inbox/{id}`."""
    sink = request.app[SINK]
    message = followup.known(sink, request.match_info["id"])
    now, pending = sink.now(), sink.ledger.pending
    reports = [view.report(event, pending, now) for event in sink.ledger.reports[message.id]]
    failed = FAILED if message.channel == "email" else ("Failed",)
    return respond(
        request,
        "message",
        message=view.whole(message, now),
        reports=reports,
        statuses=["Delivered", *failed],
        next=urlencode({"channel": message.channel, "to": message.to[0]}),
    )


async def show_html(request: web.Request) -> web.Response:
    """`GET /inbox/{id}/html`: the mail's own page, which can do nothing."""
    message = followup.known(request.app[SINK], request.match_info["id"])
    headers = {**HEADERS, "Content-Security-Policy": MAIL_POLICY}
    return web.Response(text=FRAME + (message.html or ""), content_type="text/html", headers=headers)


async def opened(request: web.Request) -> web.Response:
    """`POST /inbox/{id}/open`."""
    return await engage(request, "view", "")


async def clicked(request: web.Request) -> web.Response:
    """`POST /inbox/{id}/click`, with the link as form field `url`; without it, the mail's first link."""
    message = followup.known(request.app[SINK], request.match_info["id"])
    first = next(iter(message.links), "")
    return await engage(request, "click", (await fields(request)).get("url", first))


async def engage(request: web.Request, kind: Literal["view", "click"], context: str) -> web.Response:
    """Report it."""
    await followup.engage(request.app[SINK], request.match_info["id"], kind, context)
    return back(request)


async def report(request: web.Request) -> web.Response:
    """`POST /inbox/{id}/report`, with the form field `status`: Delivered, or how it failed."""
    status = (await fields(request)).get("status", "Delivered")
    if status not in ("Delivered", *FAILED):
        raise Refused(400, "BadRequest", "status: there is no such report.")
    await followup.report(request.app[SINK], request.match_info["id"], None if status == "Delivered" else status)
    return back(request)


async def reply(request: web.Request) -> web.Response:
    """`POST /inbox/{id}/reply`, with the form field `text`."""
    text = (await fields(request)).get("text", "")
    await followup.reply(request.app[SINK], request.match_info["id"], text)
    return back(request)


def back(request: web.Request) -> web.Response:
    """Show a person the message again."""
    return done(request, f"/inbox/{request.match_info['id']}#reports")


def routes() -> list[web.RouteDef]:
    """The routes of a message."""
    return [
        web.get("/inbox/{id}", show),
        web.get("/inbox/{id}/html", show_html),
        web.post("/inbox/{id}/open", opened),
        web.post("/inbox/{id}/click", clicked),
        web.post("/inbox/{id}/report", report),
        web.post("/inbox/{id}/reply", reply),
    ]
