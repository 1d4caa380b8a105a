"""Beginning anew: clear the messages, or forget everything."""

from aiohttp import web

from local.sink.context import SINK
from local.sink.pages.form import fields
from local.sink.pages.page import done, respond
from local.sink.records import Cleared, Reset
from local.sink.refusal import Refused
from local.sink.service import Sink


async def ask(request: web.Request) -> web.Response:
    """`GET /reset`: says what each of the two forgets, and does neither."""
    return respond(request, "reset", answers=len(request.app[SINK].ledger.answers))


async def confirmed(request: web.Request) -> web.Response:
    """`POST /reset`, with the form field `what`: messages or everything."""
    sink, what = request.app[SINK], (await fields(request)).get("what")
    if what == "messages":
        await sink.ledger.record(Cleared())
    elif what == "everything":
        await everything(sink)
    else:
        raise Refused(400, "BadRequest", "what: messages or everything.")
    return done(request, "/inbox", status=204)


async def delete(request: web.Request) -> web.Response:
    """`DELETE /everything`."""
    await everything(request.app[SINK])
    return web.Response(status=204)


async def everything(sink: Sink) -> None:
    """As after a first start: no messages, failures, request ids, nor reports that the bus has not taken."""
    await sink.ledger.record(Reset())
    sink.failures.reset()


def routes() -> list[web.RouteDef]:
    """The routes of the reset."""
    return [web.get("/reset", ask), web.post("/reset", confirmed), web.delete("/everything", delete)]
