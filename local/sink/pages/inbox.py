"""The list of messages: searched, paged, cleared."""

from itertools import islice
from urllib.parse import urlencode

from aiohttp import web

from local.sink.context import SINK
from local.sink.pages.page import respond
from local.sink.pages.search import STATES, Search
from local.sink.pages.view import row
from local.sink.records import Cleared

PAGE = 50


async def show(request: web.Request) -> web.Response:
    """`GET /inbox?q=&channel=&state=&before=`."""
    sink, search = request.app[SINK], Search.of(request.query)
    before = request.query.get("before", "")
    found = list(islice(search.among(sink.ledger.messages, before=before), PAGE + 1))
    rows = [row(message, sink.now()) for message in found[:PAGE]]
    older = f"/inbox?{urlencode({**search.query(), 'before': found[PAGE - 1].id})}" if len(found) > PAGE else ""
    return respond(
        request,
        "inbox",
        rows=rows,
        search=search._asdict(),
        searching=bool(search.query()),
        states=STATES,
        newest=f"/inbox?{urlencode(search.query())}" if before else "",
        older=older,
    )


async def list_all(request: web.Request) -> web.Response:
    """`GET /inbox.json`, with the same query; all that is found at once."""
    found = Search.of(request.query).among(request.app[SINK].ledger.messages)
    return web.json_response({"messages": [message.shown() for message in found]})


async def clear(request: web.Request) -> web.Response:
    """`DELETE /inbox`; request ids stay known, and reports are still sent."""
    await request.app[SINK].ledger.record(Cleared())
    return web.Response(status=204)


async def lead(_: web.Request) -> web.Response:
    """`GET /`."""
    return web.Response(status=302, headers={"Location": "/inbox"})


async def health(request: web.Request) -> web.Response:
    """`GET /health`, with the number of reports that the bus has not taken."""
    pending = len(request.app[SINK].ledger.pending)
    return web.json_response({"status": "ok", "pending_reports": pending})


def routes() -> list[web.RouteDef]:
    """The routes of the list."""
    return [
        web.get("/", lead),
        web.get("/inbox", show),
        web.get("/inbox.json", list_all),
        web.delete("/inbox", clear),
        web.get("/health", health),
    ]
