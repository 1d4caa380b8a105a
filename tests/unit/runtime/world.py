"""A small trade of its own for the runtime to handle: tallies that are counted up, over memory that can fail."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from shared.runtime import codec
from shared.runtime.bus import BusMessage
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.envelope import Body, Envelope, Message, ReplyTo, decode
from shared.runtime.handler import AnyHandler, Handler, Key
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.pipeline import Perform, Pipeline
from shared.runtime.publisher import Admit, Publisher
from shared.runtime.rejected import BODIES, TABLE, raw_body
from shared.runtime.step import Parcel, Step
from shared.runtime.store import Change, Page, Row, Scanned

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(slots=True)
class TurnedClock:
    """A clock that only moves when somebody pauses; `pauses` are what they asked for."""

    at: datetime = NOON
    pauses: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += timedelta(seconds=seconds)


class WatchedStore:
    """A store that tells which requests it got, and refuses as many as `troubles` holds."""

    def __init__(self, inner: MemoryStore) -> None:
        self._inner = inner
        self.requests: list[str] = []
        self.troubles: list[Exception] = []
        self.meanwhile: list[Callable[[], Awaitable[None]]] = []
        """What others do just before each of the next writes."""

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        self._request(f"get {table} {key}")
        return await self._inner.get(table, partition, key)

    async def write(self, table: str, partition: str, *changes: Change) -> Mapping[str, str]:
        self._request(f"write {table} {' '.join(change.key for change in changes)}")
        if self.meanwhile:
            await self.meanwhile.pop(0)()
        return await self._inner.write(table, partition, *changes)

    async def page(self, table: str, partition: str, *, prefix: str = "", after: str = "", limit: int = 100) -> Page:
        self._request(f"page {table}")
        return await self._inner.page(table, partition, prefix=prefix, after=after, limit=limit)

    async def scan(self, table: str, key: str, *, after: str = "", limit: int = 1000) -> Scanned:
        self._request(f"scan {table}")
        return await self._inner.scan(table, key, after=after, limit=limit)

    def _request(self, what: str) -> None:
        self.requests.append(what)
        if self.troubles:
            raise self.troubles.pop(0)


class WatchedBus:
    """A bus that keeps each batch as it was sent, and refuses as many as `troubles` holds."""

    def __init__(self, inner: MemoryBus) -> None:
        self._inner = inner
        self.batches: list[tuple[str, list[BusMessage]]] = []
        self.troubles: list[Exception] = []

    async def send(self, queue: str, messages: Sequence[BusMessage]) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.batches.append((queue, list(messages)))
        await self._inner.send(queue, messages)

    def sent(self, queue: str) -> list[BusMessage]:
        return [message for name, batch in self.batches if name == queue for message in batch]

    def envelopes(self, queue: str) -> list[Envelope]:
        return [decode(message.body) for message in self.sent(queue)]


@dataclass(frozen=True, slots=True)
class Add:
    """Count a tally up."""

    kind: ClassVar[str] = "add"
    queue: ClassVar[str] = "tallies"

    tally: str = "t1"
    n: int = 1


@dataclass(frozen=True, slots=True)
class Follow:
    """What an addition may be followed by in the same invocation."""

    kind: ClassVar[str] = "follow"
    queue: ClassVar[str] = "followers"

    tally: str = "t1"


@dataclass(frozen=True, slots=True)
class Told:
    """What a tally tells the world; nothing here handles it."""

    kind: ClassVar[str] = "told"
    queue: ClassVar[str] = "listeners"

    text: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    total: int


def key(message: Message[Any]) -> Key:
    return Key("tallies", message.body.tally, "head", f"cause:{message.id}")


def first(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
    return counted(Tally(message.body.n), message)


def further(tally: Tally, message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
    return counted(Tally(tally.total + message.body.n), message)


def counted(tally: Tally, message: Message[Any], **more: Any) -> Decision[Tally]:
    told = Outgoing(f"told-{message.id}", Told(str(tally.total)))
    return Decision(state=tally, outcome="counted", **{"messages": (told,), **more})


ADD: Handler[Tally, Add, None] = Handler(Add, Tally, key, further, first)
REPLY = ReplyTo("askers", "answered", {"token": "k1"})


async def nobody_listens(_raised: Parcel, _is_test: bool) -> list[Parcel]:
    return []


async def no_provider(_call: Any) -> Outgoing:
    raise AssertionError("no provider is asked in this test")


def raw(body: Body | None = None, id: str = "m1", time: datetime = NOON, **envelope: Any) -> bytes:  # noqa: A002
    body = body or Add()
    return Envelope(id, body.kind, time, codec.plain(body), **envelope).encode()


class World:
    """One process that handles additions, unless a test says otherwise."""

    def __init__(self, *handlers: AnyHandler, admit: Admit = nobody_listens, perform: Perform = no_provider) -> None:
        self.clock = TurnedClock()
        self.rows = MemoryStore()
        self.store = WatchedStore(self.rows)
        self.bus = WatchedBus(MemoryBus(self.clock))
        known = {handler.body.kind: handler for handler in handlers or (ADD,)}
        publisher = Publisher(self.store, self.bus, admit, self.clock)
        self.pipeline = Pipeline(self.store, self.bus, self.clock, known, publisher, perform)

    async def handle(self, body: Body | None = None, queue: str | None = None, **envelope: Any) -> None:
        body = body or Add()
        await self.pipeline.handle(queue or body.queue, raw(body, **envelope))

    async def total(self, tally: str = "t1") -> int | None:
        row = await self.rows.get("tallies", tally, "head")
        return row.data["state"]["total"] if row else None

    async def step(self, message: str = "m1", tally: str = "t1") -> Step | None:
        row = await self.rows.get("tallies", tally, f"cause:{message}")
        return codec.typed(Step, row.data) if row else None

    async def rejected(self) -> list[tuple[str, str, str]]:
        """(queue, reason, field) of every message that was refused for good."""
        days = self.rows.partitions(TABLE)
        lines = [row.data for day in days for row in (await self.rows.page(TABLE, day)).rows]
        return [(line["queue"], line["reason"], line["field"]) for line in lines]

    async def rejected_bodies(self) -> list[bytes]:
        days = self.rows.partitions(BODIES)
        return [raw_body(row.data) for day in days for row in (await self.rows.page(BODIES, day)).rows]
