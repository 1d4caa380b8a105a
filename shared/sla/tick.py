"""The minute's look at what is due: what is written down for the next minutes is scheduled for its exact times.

The cursor says which buckets have been read; it only grows, and a step moves it after what it has read was sent. So a
tick that comes late, or again after a crash, makes up for what was missed, and what it costs depends on what is due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.runtime import codec
from shared.runtime.decision import Decision, Outgoing, View
from shared.runtime.envelope import Envelope, Message
from shared.runtime.ids import derived
from shared.runtime.store import MAX_CHANGES, Delete, Row, Store
from shared.sla.buckets import LOOK_AHEAD, SHARDS, TABLE, minute_of, partition_of
from shared.sla.messages import CheckSla, SlaTick

CURSOR = ("sla-cursor", "cursor")
"""The list and the key of a read model whose version is the last minute that was read: so it only grows."""
FIRST_LOOK_BACK = 15
"""Minutes that the very first tick looks back."""
BEHIND = 10
"""Minutes after which what was scheduled is taken away."""
PAGE = 500
MOST = 1000
"""Messages of one step of a tick, about; the next step follows in the same invocation."""
MOST_PAGES = 400
"""Pages of one step: after days of standstill there is little to send, but what was read is kept step by step."""
MOST_FORGOTTEN = 30
"""Minutes whose rows a tick takes away: after a standstill that may lag, and catches up."""


def envelope(now: datetime) -> Envelope:
    """Return the tick of this minute."""
    until = minute_of(now) + LOOK_AHEAD
    return Envelope(derived("sla-tick", str(until)), SlaTick.kind, now, codec.plain(SlaTick(until)))


@dataclass(frozen=True, slots=True)
class _Place:
    """How far the reading has come."""

    bucket: int
    shard: int = 0
    after: str = ""

    def beyond(self, after: str | None) -> "_Place":
        if after is not None:
            return _Place(self.bucket, self.shard, after)
        return _Place(self.bucket, self.shard + 1) if self.shard + 1 < SHARDS else _Place(self.bucket + 1)


class SlaTicking:
    """Routes the tick of the timer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def tick(self, message: Message[SlaTick], _now: datetime) -> Decision[None]:
        """Read on from where the last tick, or the last step of this one, came to."""
        until = message.body.until
        body = message.body if message.body.bucket is not None else await self._begun(until)
        assert body.bucket is not None
        at = start = _Place(body.bucket, body.shard, body.after)
        messages: list[Outgoing] = []
        pages = 0
        while at.bucket <= until and len(messages) < MOST and pages < MOST_PAGES:
            page = await self._store.page(TABLE, partition_of(at.bucket, at.shard), after=at.after, limit=PAGE)
            pages += 1
            messages += _checks(page.rows)
            at = at.beyond(page.after)
        read = View(*CURSOR, at.bucket - 1, {"forgotten": body.forgotten})
        return Decision(
            messages=tuple(messages),
            records=(read,) if at.bucket > start.bucket else (),
            then=_following(message, at, body.forgotten) if at.bucket <= until else None,
        )

    async def _begun(self, until: int) -> SlaTick:
        """Return where to go on, and take away what earlier ticks have read, and surely sent, some time ago."""
        row = await self._store.get("views", *CURSOR)
        read = row.data["version"] if row else until - LOOK_AHEAD - FIRST_LOOK_BACK - 1
        past = until - LOOK_AHEAD - BEHIND
        forgotten = row.data["data"].get("forgotten", past) if row else past
        for _ in range(min(read, past, forgotten + MOST_FORGOTTEN) - forgotten):
            forgotten += 1
            await self._forget(forgotten)
        return SlaTick(until, read + 1, forgotten=forgotten)

    async def _forget(self, bucket: int) -> None:
        for shard in range(SHARDS):
            partition = partition_of(bucket, shard)
            while rows := (await self._store.page(TABLE, partition, limit=MAX_CHANGES)).rows:
                await self._store.write(TABLE, partition, *(Delete(row.key) for row in rows))


def _checks(rows: Sequence[Row]) -> list[Outgoing]:
    return [
        Outgoing(row.data["id"], codec.typed(CheckSla, row.data["body"]), datetime.fromisoformat(row.data["at"]))
        for row in rows
    ]


def _following(message: Message[SlaTick], at: _Place, forgotten: int) -> Outgoing:
    body = SlaTick(message.body.until, at.bucket, at.shard, at.after, forgotten)
    return Outgoing(derived("sla-tick", message.id, str(at.bucket), str(at.shard), at.after), body)
