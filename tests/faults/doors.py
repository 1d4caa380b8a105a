"""The three doors for events, and senders that knock until they are let in."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle

import aiohttp

from local.story.device import QUEUE, WebhookSender
from local.story.reply import Reply
from shared.runtime.bus import BusMessage
from shared.runtime.errors import Transient
from shared.runtime.ids import made
from tests.faults.cloud import Cloud

Door = Callable[[bytes], Awaitable[None]]
"""Takes an event; raises NotNow where it may be sent again, and anything else where it was refused."""

AGAIN_SECONDS = 0.25
NOT_NOW = (429, 503)


class NotNow(Exception):
    """The event may or may not have been taken: send it again."""


def doors(cloud: Cloud) -> tuple[Door, Door, Door]:
    """Return HTTP with a function key, the signed webhook, and the queue of bus producers."""
    webhook = WebhookSender(cloud.http, cloud.host.url, cloud.secrets.webhook_secret)
    headers = {"Content-Type": "application/cloudevents+json", "x-functions-key": cloud.secrets.function_key}

    async def by_key(event: bytes) -> None:
        async with cloud.http.post(f"{cloud.host.url}/api/events", data=event, headers=headers) as response:
            _check(await Reply.of(response))

    async def by_webhook(event: bytes) -> None:
        _check(await webhook.send(event, made()))

    async def by_bus(event: bytes) -> None:
        # A new id each time: what the broker does not take for a repeat must be known as one by its event.
        await cloud.bus.send(QUEUE, [BusMessage(made(), event)])

    return _patient(by_key), _patient(by_webhook), _patient(by_bus)


async def until_taken(door: Door, event: bytes) -> None:
    """Send an event until it is taken, as its producer has to."""
    while True:
        try:
            return await door(event)
        except NotNow:
            await asyncio.sleep(AGAIN_SECONDS)


@dataclass(slots=True)
class Load:
    """Events on their way in, through all doors in turn, a few at a time."""

    doors: Sequence[Door]
    senders: int = 4
    taken: int = field(default=0, init=False)

    async def send(self, events: Sequence[bytes]) -> None:
        """Return once every event was taken."""
        waiting = iter(list(zip(events, cycle(self.doors), strict=False)))

        async def sender() -> None:
            for event, door in waiting:
                await until_taken(door, event)
                self.taken += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(self.senders):
                group.create_task(sender())


def _patient(knock: Door) -> Door:
    async def door(event: bytes) -> None:
        try:
            await knock(event)
        except (aiohttp.ClientError, TimeoutError, Transient) as error:
            raise NotNow from error

    return door


def _check(reply: Reply) -> None:
    if reply.status in NOT_NOW:
        raise NotNow(reply.problem)
    if reply.status != 202:
        raise AssertionError(f"a good event was refused: {reply.problem}")
