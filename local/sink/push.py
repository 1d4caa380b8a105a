"""A push service and the browsers behind it: makes subscriptions, takes encrypted messages, reads them.

Sources: RFC 8030 (push), RFC 8188 and 8291 (encryption), RFC 8292 (VAPID).
"""

import json

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from local.sink.browser import Subscription, Unreadable
from local.sink.context import SINK
from local.sink.message import Message
from local.sink.records import Subscribed, Unsubscribed
from local.sink.refusal import Refused, parse
from local.sink.service import Sink, new_id
from local.sink.vapid import sender_of

LARGEST = 4096
"""Bytes of a message; a push service need not take more (RFC 8030, 7.2)."""


class Whose(BaseModel):
    """Who the browser belongs to, as the inbox shows it."""

    model_config = ConfigDict(extra="forbid")

    whose: str = Field(default="", max_length=100)


class Notification(BaseModel):
    """What our service worker would show; whatever else is in it stays there."""

    title: str
    body: str = ""
    link: str = ""


async def subscribe(request: web.Request) -> web.Response:
    """`POST /push/subscriptions`, for a program: with `{"whose": "..."}`, or nothing."""
    made = await new_subscription(request.app[SINK], parse(Whose, await request.read() or b"{}").whose)
    return web.json_response(made.shown(str(request.url.origin())), status=201)


async def new_subscription(sink: Sink, whose: str) -> Subscription:
    """A browser subscribes."""
    made = Subscription.made(whose, sink.now())
    await sink.ledger.record(Subscribed(subscription=made))
    return made


async def unsubscribe(request: web.Request) -> web.Response:
    """`DELETE /push/subscriptions/{id}`: whoever pushes there from now on gets 410."""
    known(request)
    await request.app[SINK].ledger.record(Unsubscribed(id=request.match_info["id"]))
    return web.Response(status=204)


async def push(request: web.Request) -> web.Response:
    """`POST /push/{id}`: take a message, and show what its browser reads."""
    sink, body, subscription = request.app[SINK], await request.read(), known(request)
    sink.failures.at_the_door("push", [subscription.whose])
    sender = sender_of(request.headers.get("Authorization", ""), str(request.url.origin()), sink.now())
    check(request, body)
    message = message_of(subscription, body, sender, sink)
    answer = await sink.accept(message, None, body)
    sink.failures.at_the_answer("push", [subscription.whose])
    if answer.status != 202:
        raise Refused(answer.status, "Refused", answer.error)
    return web.Response(status=201, headers={"Location": f"/inbox/{message.id}", "TTL": request.headers["TTL"]})


def known(request: web.Request) -> Subscription:
    """The subscription; raise Refused (410) where there is none (any more)."""
    subscription = request.app[SINK].ledger.subscriptions.get(request.match_info["id"])
    if subscription is None:
        raise Refused(410, "Gone", "There is no such subscription any more.")
    return subscription


def check(request: web.Request, body: bytes) -> None:
    """Raise Refused where the request is none that a push service takes."""
    if not request.headers.get("TTL", "").isdecimal():
        raise Refused(400, "BadRequest", "TTL: it is needed, in seconds.")
    if request.headers.get("Content-Encoding") != "aes128gcm":
        raise Refused(415, "UnsupportedMediaType", "Content-Encoding: it must be aes128gcm.")
    if len(body) > LARGEST:
        raise Refused(413, "PayloadTooLarge", f"The message has more than {LARGEST} bytes.")


def message_of(subscription: Subscription, body: bytes, sender: str, sink: Sink) -> Message:
    """What the browser shows; a real push service could not tell, but whoever develops here wants to know."""
    try:
        notification = Notification.model_validate(json.loads(subscription.read(body)))
    except (Unreadable, ValueError):
        raise Refused(400, "BadRequest", "The browser cannot read this message.") from None
    return Message(
        id=new_id("push", sink.now()),
        channel="push",
        to=[subscription.whose],
        sender=sender,
        received_at=sink.now(),
        subject=notification.title,
        text=notification.body,
        leads_to=notification.link,
        report_wanted=False,
        engagement_tracked=False,
    )


def routes() -> list[web.RouteDef]:
    """The routes of the push service; making subscriptions is the browser's part."""
    return [
        web.post("/push/subscriptions", subscribe),
        web.delete("/push/subscriptions/{id}", unsubscribe),
        web.post("/push/{id}", push),
    ]
