"""The one way a message is handled: decode, load, gather, decide, commit, publish."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.runtime import log
from shared.runtime.aggregate import Aggregate
from shared.runtime.bus import Bus
from shared.runtime.clock import Clock, latest
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Envelope, Message, decode, opened, restored, unopened
from shared.runtime.errors import Conflict, Contended, TooLarge, Transient, Undecodable
from shared.runtime.handler import AnyHandler, Handler, Router
from shared.runtime.publisher import Publisher, enclosed
from shared.runtime.rejected import reject
from shared.runtime.retry import again_later, is_hopeless, patiently, put_off
from shared.runtime.step import Outbox, Parcel
from shared.runtime.store import Store

Perform = Callable[[Any], Awaitable[Outgoing]]
"""Makes a provider call and returns its answer as a message; a definite or unknown failure is an answer too."""

Read = Callable[[bytes], Awaitable[Envelope]]
"""Reads a foreign message; raises Undecodable, or Transient where it cannot tell yet."""

MAX_CONFLICTS = 50


@dataclass(slots=True)
class _Place:
    """Where an invocation is: at the message that came, or at one that follows from it."""

    kind: str
    message: Message[Any]


class Pipeline:
    """Handles every message of every queue. Holds no state between invocations."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        clock: Clock,
        handlers: Mapping[str, AnyHandler],
        publisher: Publisher,
        perform: Perform,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._handlers = handlers
        self._publisher = publisher
        self._perform = perform

    async def handle(self, queue: str, raw: bytes) -> None:
        """Return when the message may be completed; raise when it must come again."""
        try:
            envelope = decode(raw)
        except Undecodable as error:
            return await self.reject(queue, raw, error)
        try:
            message = self._open(queue, envelope)
        except Undecodable as error:
            return await self._refuse(queue, raw, unopened(envelope), error)
        return await self._take(queue, envelope, message)

    async def reject(self, queue: str, raw: bytes, error: Undecodable) -> None:
        """Put a message on record that no attempt can read."""
        await patiently(self._clock, lambda: reject(self._store, self._clock, queue, raw, error))

    async def translate(self, queue: str, raw: bytes, read: Read) -> None:
        """Handle a message of a foreign format; `read` says which envelope it stands for."""
        try:
            envelope = await patiently(self._clock, lambda: read(raw))
            body_type = self._body_type(envelope.kind)
            message = opened(envelope, body_type)
        except Undecodable as error:
            await self.reject(queue, raw, error)
        except Transient as trouble:
            await put_off(self._bus, self._clock, queue, raw, trouble)
        else:
            await self._take(body_type.queue, envelope, message)

    async def take(self, envelope: Envelope) -> None:
        """Handle an envelope that a door has made itself; raises Undecodable where the door made a mistake."""
        body_type = self._body_type(envelope.kind)
        await self._take(body_type.queue, envelope, opened(envelope, body_type))

    async def _take(self, queue: str, envelope: Envelope, message: Message[Any]) -> None:
        place = _Place(envelope.kind, message)
        try:
            await patiently(self._clock, lambda: self._process(envelope.kind, message, place))
        except Transient as trouble:
            if is_hopeless(self._clock, envelope):
                await self._refuse_at(place, Undecodable("gave_up"))
            else:
                await again_later(self._bus, self._clock, queue, envelope, trouble)
        except TooLarge:
            await self._refuse_at(place, Undecodable("too_large"))

    async def _refuse_at(self, place: _Place, error: Undecodable) -> None:
        """Refuse the message that cannot be applied, and no other: what it follows from is done."""
        raw = restored(place.kind, place.message).encode()
        await self._refuse(self._handlers[place.kind].body.queue, raw, place.message, error)

    async def _refuse(self, queue: str, raw: bytes, message: Message[Any], error: Undecodable) -> None:
        """Put on record what could not be applied, and answer whoever asked: nobody shall wait for ever."""
        await self.reject(queue, raw, error)
        answer = Outbox.of(Decision(refused=Refusal(error.reason)), message, self._clock.now())
        await self._publisher.publish(answer, message)

    def _open(self, queue: str, envelope: Envelope) -> Message[Any]:
        body_type = self._body_type(envelope.kind)
        if body_type.queue != queue:
            raise Undecodable("wrong_queue", "kind")
        return opened(envelope, body_type)

    def _body_type(self, kind: str) -> type[Any]:
        handler = self._handlers.get(kind)
        if handler is None:
            raise Undecodable("unknown_kind", "kind")
        return handler.body

    async def _process(self, kind: str, message: Message[Any], place: _Place) -> None:
        """Apply the message, and in turn each one that is handled in the same invocation; `place` tells where it is."""
        aggregate: Aggregate | None = None
        while True:
            place.kind, place.message = kind, message
            outbox, call, aggregate = await self._apply(kind, message, aggregate)
            await self._publisher.publish(outbox, message)
            following = Parcel.of(await self._perform(call)) if call is not None else outbox.then
            if following is None:
                return
            kind, message = following.kind, self._inline(following, message, outbox)

    def _inline(self, parcel: Parcel, cause: Message[Any], outbox: Outbox) -> Message[Any]:
        message = opened(enclosed(parcel, cause, outbox), self._handlers[parcel.kind].body)
        return replace(message, attempt=cause.attempt)

    async def _apply(
        self, kind: str, message: Message[Any], before: Aggregate | None
    ) -> tuple[Outbox, object | None, Aggregate | None]:
        """Return what is to be published: of the step on record if the message came before, else of a new one."""
        handler = self._handlers[kind]
        if isinstance(handler, Router):
            now = latest(self._clock, message.time)
            return Outbox.of(await handler.route(message, now), message, now), None, None
        aggregate = Aggregate(self._store, handler, kind, message)
        if not aggregate.take_over(before) and not handler.writes_first:
            await aggregate.load()
        for conflicts in range(MAX_CONFLICTS):
            decision, now = await self._decide(handler, aggregate, message)
            decision, outbox = _sized(decision, message, now)
            await self._publisher.record(decision.hints)
            try:
                outbox = await aggregate.apply(decision, outbox, now)
            except Conflict as conflict:
                if on_record := await aggregate.repeated(conflict):
                    return on_record, None, None
                await self._pause(conflicts)
                await aggregate.load()
                continue
            if aggregate.leaves_no_trace(decision):
                await self._reject(handler.body.queue, kind, message, decision)
            log.info("applied", kind=kind, message=message.id, outcome=decision.outcome or "nothing")
            return outbox, decision.call, aggregate
        raise Contended

    async def _decide(
        self, handler: Handler[Any, Any, Any], aggregate: Aggregate, message: Message[Any]
    ) -> tuple[Decision[Any], datetime]:
        head = aggregate.head
        facts = await handler.gather(self._store, message, head.state if head else None)
        now = latest(self._clock, message.time) if head is None else max(latest(self._clock, message.time), head.last)
        if head is None:
            decision = handler.create(message, facts, now)
        else:
            decision = handler.change(head.state, message, facts, now)
        return decision, now

    async def _pause(self, conflicts: int) -> None:
        if conflicts > 1:
            await self._clock.pause(min(0.01 * 2**conflicts, 1.0))

    async def _reject(self, queue: str, kind: str, message: Message[Any], decision: Decision[Any]) -> None:
        assert decision.refused is not None
        error = Undecodable(decision.refused.reason, decision.refused.field)
        await reject(self._store, self._clock, queue, restored(kind, message).encode(), error)


def _sized(decision: Decision[Any], message: Message[Any], now: datetime) -> tuple[Decision[Any], Outbox]:
    """Refuse before the commit what the bus would refuse after it."""
    try:
        return decision, Outbox.of(decision, message, now)
    except TooLarge:
        refused: Decision[Any] = Decision(refused=Refusal("too_large"))
        return refused, Outbox.of(refused, message, now)
