"""The routes for people and tests: the inbox, what readers do with mails, and failures on demand."""

from typing import Literal

from aiohttp import web
from yarl import URL

from local.sink import followup
from local.sink.context import SINK
from local.sink.failures import Failure
from local.sink.links import links
from local.sink.message import Message
from local.sink.page import HEADERS, render
from local.sink.records import Cleared
from local.sink.refusal import Handler, Refused, parse
from local.sink.service import Sink


@web.middleware
async def refuse_other_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page from elsewhere that is open in the same browser must not act here."""
    origin = request.headers.get("Origin")
    if origin is not None and URL(origin).authority != request.host:
        raise Refused(403, "OtherOrigin", "This page belongs to another site.")
    return await handler(request)


def newest_first(sink: Sink) -> list[Message]:
    """The messages, last accepted first."""
    return list(reversed(sink.ledger.messages.values()))


async def show_inbox(request: web.Request) -> web.Response:
    """`GET /inbox`."""
    sink = request.app[SINK]
    page = render(newest_first(sink), list(sink.failures.planned.values()), len(sink.ledger.pending))
    return web.Response(text=page, content_type="text/html", headers=HEADERS)


async def list_inbox(request: web.Request) -> web.Response:
    """`GET /inbox.json`."""
    return web.json_response({"messages": [message.shown() for message in newest_first(request.app[SINK])]})


async def clear_inbox(request: web.Request) -> web.Response:
    """`DELETE /inbox`; request ids stay known, and reports are still sent."""
    await request.app[SINK].ledger.record(Cleared())
    return web.Response(status=204)


async def open_message(request: web.Request) -> web.Response:
    """`POST /inbox/{id}/open`."""
    return await engage(request, "view", "")


async def click_message(request: web.Request) -> web.Response:
    """`POST /inbox/{id}/click`, with the link as form field `url`; without it, the mail's first link."""
    message = request.app[SINK].ledger.messages.get(request.match_info["id"])
    first = next(iter(links(message.plain_text, message.html)), "") if message else ""
    url = (await request.post()).get("url", first)
    return await engage(request, "click", str(url))


async def engage(request: web.Request, kind: Literal["view", "click"], context: str) -> web.Response:
    """Report it, and take a person back to the page."""
    await followup.engage(request.app[SINK], request.match_info["id"], kind, context)
    if "text/html" in request.headers.get("Accept", ""):
        return web.Response(status=303, headers={"Location": "/inbox"})
    return web.Response(status=202)


async def plan_failure(request: web.Request) -> web.Response:
    """`POST /failures`."""
    failure = parse(Failure, await request.read())
    request.app[SINK].failures.plan(failure)
    return web.json_response(failure.model_dump(mode="json"), status=201)


async def list_failures(request: web.Request) -> web.Response:
    """`GET /failures`: what is still to go wrong."""
    planned = request.app[SINK].failures.planned.values()
    return web.json_response({"failures": [failure.model_dump(mode="json") for failure in planned]})


async def clear_failures(request: web.Request) -> web.Response:
    """`DELETE /failures`."""
    request.app[SINK].failures.planned.clear()
    return web.Response(status=204)


async def health(request: web.Request) -> web.Response:
    """`GET /health`, with the number of reports that the bus has not taken."""
    pending = len(request.app[SINK].ledger.pending)
    return web.json_response({"status": "ok", "pending_reports": pending})


def routes() -> list[web.RouteDef]:
    """The routes that the real service does not have."""
    return [
        web.get("/inbox", show_inbox),
        web.get("/inbox.json", list_inbox),
        web.delete("/inbox", clear_inbox),
        web.post("/inbox/{id}/open", open_message),
        web.post("/inbox/{id}/click", click_message),
        web.post("/failures", plan_failure),
        web.get("/failures", list_failures),
        web.delete("/failures", clear_failures),
        web.get("/health", health),
    ]
