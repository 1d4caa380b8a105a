"""Publishing an outbox: counters, messages, rows of read models, then what is due. Doing it twice does no harm."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from shared.runtime import codec
from shared.runtime.bus import Bus, BusMessage
from shared.runtime.clock import Clock
from shared.runtime.counters import count
from shared.runtime.decision import Due, Put, Record, Remove, Tally, View
from shared.runtime.envelope import Envelope, Message
from shared.runtime.errors import Conflict
from shared.runtime.ids import derived
from shared.runtime.step import Outbox, Parcel
from shared.runtime.store import Delete, Insert, Replace, Store, Upsert

Admit = Callable[[Parcel, bool], Awaitable[Sequence[Parcel]]]
"""Turns a raised trigger into the messages it is worth: none where no journey and no wait uses it.

It is told whether the trigger comes from a test.
"""


class Publisher:
    """Sends what a step owes the world, in one batch a queue."""

    def __init__(self, store: Store, bus: Bus, admit: Admit, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._admit = admit
        self._clock = clock

    async def publish(self, outbox: Outbox, cause: Message[Any]) -> None:
        batches: defaultdict[str, list[BusMessage]] = defaultdict(list)
        for parcel in outbox.messages:
            batches[parcel.queue].append(_addressed(enclosed(parcel, cause, outbox), parcel, cause))
        for raised in outbox.raised:
            chained = (*cause.cause, raised.id)
            for parcel in await self._admit(raised, _is_test(outbox, cause)):
                batches[parcel.queue].append(_addressed(enclosed(parcel, cause, outbox, chained), parcel, cause))
        # Counted before it is told: what a message leads to must not find, and correct, a line that is yet to come.
        await self.record(record for record in outbox.records if isinstance(record, Tally))
        for queue, messages in batches.items():
            await self._bus.send(queue, messages)
        await self.record(record for record in outbox.records if not isinstance(record, Tally | Due))
        await self._remember([record for record in outbox.records if isinstance(record, Due)], outbox, cause)

    async def record(self, records: Iterable[Record]) -> None:
        await put_on_record(self._store, records)

    async def _remember(self, dues: Sequence[Due], outbox: Outbox, cause: Message[Any]) -> None:
        """Write down what is due, and send at once what the timer may have passed already.

        The clock is read after the rows are written: whatever made that late, a timer that passed them is noticed.
        """
        await self.record(due for due in dues if due.at - self._clock.now() > due.reach)
        now = self._clock.now()
        batches: defaultdict[str, list[BusMessage]] = defaultdict(list)
        for due in dues:
            if due.at - now <= due.reach:
                parcel = Parcel(due.queue, due.kind, due.id, due.body, due.at)
                batches[due.queue].append(_addressed(enclosed(parcel, cause, outbox), parcel, cause))
        for queue, messages in batches.items():
            await self._bus.send(queue, messages)


async def put_on_record(store: Store, records: Iterable[Record]) -> None:
    """Write what a step leaves outside its aggregate; twice does no harm."""
    for record in records:
        match record:
            case Put():
                await store.write(record.table, record.partition, Upsert(record.key, record.data))
            case Remove():
                await store.write(record.table, record.partition, Delete(record.key))
            case View():
                await _view(store, record)
            case Tally():
                await count(store, record)
            case Due():
                await store.write(record.table, record.partition, Upsert(record.key, row_of(record)))


async def _view(store: Store, view: View) -> None:
    """Put the line unless a newer one is there: whoever publishes late changes nothing."""
    data = {"version": view.version, "data": codec.plain(view.data)}
    row = None
    expects_row = view.version > 1
    while True:
        if expects_row:
            row = await store.get("views", view.list, view.key)
            if row is not None and row.data["version"] >= view.version:
                return
        try:
            change = Replace(view.key, data, row.etag) if row else Insert(view.key, data)
            await store.write("views", view.list, change)
        except Conflict:
            expects_row = True
        else:
            return


def row_of(due: Due) -> dict[str, Any]:
    """Return what a timer needs to know to send the message."""
    return {"at": due.at.isoformat(), "id": due.id, "kind": due.kind, "body": due.body}


def enclosed(parcel: Parcel, cause: Message[Any], outbox: Outbox, chain: tuple[str, ...] | None = None) -> Envelope:
    """Put a parcel into the envelope that travels."""
    return Envelope(
        id=parcel.id,
        kind=parcel.kind,
        time=parcel.at or outbox.at,
        body=parcel.body,
        cause=cause.cause if chain is None else chain,
        reply_to=parcel.reply_to,
        test=_is_test(outbox, cause),
    )


def _is_test(outbox: Outbox, cause: Message[Any]) -> bool:
    """Tell whether what is sent belongs to a test: whoever has decided knows better than the message it came of."""
    return cause.test if outbox.test is None else outbox.test


def _addressed(envelope: Envelope, parcel: Parcel, cause: Message[Any]) -> BusMessage:
    """Name the bus message after its cause and the cause's attempt, never after its target alone.

    The broker silently drops a repeated id, and a second cause may rightly say the same thing again.
    """
    return BusMessage(derived("bus", cause.id, str(cause.attempt), parcel.id), envelope.encode(), parcel.at)
