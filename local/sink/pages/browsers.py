"""The browsers that take push messages here: made, shown for pasting into a contact, closed."""

import json

from aiohttp import web

from local.sink.context import SINK
from local.sink.pages.form import fields
from local.sink.pages.moments import moment
from local.sink.pages.page import done, respond
from local.sink.push import known, new_subscription
from local.sink.records import Unsubscribed


async def show(request: web.Request) -> web.Response:
    """`GET /browsers`."""
    sink, origin = request.app[SINK], str(request.url.origin())
    browsers = [
        {
            "id": each.id,
            "whose": each.whose,
            "time": moment(each.made_at, sink.now()),
            "json": json.dumps(each.shown(origin)),
        }
        for each in reversed(sink.ledger.subscriptions.values())
    ]
    return respond(request, "browsers", browsers=browsers)


async def make(request: web.Request) -> web.Response:
    """`POST /browsers`, with the form field `whose`."""
    made = await new_subscription(request.app[SINK], (await fields(request)).get("whose", "")[:100])
    return done(request, f"/browsers#{made.id}")


async def close(request: web.Request) -> web.Response:
    """`POST /browsers/{id}/close`: whoever pushes there hears 410."""
    known(request)
    await request.app[SINK].ledger.record(Unsubscribed(id=request.match_info["id"]))
    return done(request, "/browsers")


def routes() -> list[web.RouteDef]:
    """The routes of the browsers' page."""
    return [web.get("/browsers", show), web.post("/browsers", make), web.post("/browsers/{id}/close", close)]
