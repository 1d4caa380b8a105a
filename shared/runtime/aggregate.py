"""One aggregate while one message is applied to it: load, commit, and the look at what came before."""

from datetime import datetime
from typing import Any, Self

from shared.runtime import codec
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message
from shared.runtime.errors import Conflict
from shared.runtime.handler import Handler
from shared.runtime.step import Head, Outbox, Step
from shared.runtime.store import Change, Insert, Replace, Store, Upsert


class Aggregate:
    """The head that a message is about, and the cause row that the message leaves beside it."""

    def __init__(self, store: Store, handler: Handler[Any, Any, Any], kind: str, message: Message[Any]) -> None:
        self._store = store
        self._kind = kind
        self._message = message
        self._state_type = handler.state
        self._key = handler.key(message)
        self._etag = ""
        self.head: Head[Any] | None = None

    async def load(self) -> None:
        row = await self._store.get(self._key.table, self._key.partition, self._key.head)
        self.head = None
        if row is not None:
            self.head = codec.typed(Head[self._state_type], row.data)  # type: ignore[name-defined]
            self._etag = row.etag

    def take_over(self, before: Self | None) -> bool:
        """Go on from the same aggregate's last commit in this invocation, without reading it again."""
        if before is None or not before._etag or before._place() != self._place():  # noqa: SLF001
            return False
        self.head, self._etag = before.head, before._etag  # noqa: SLF001
        return True

    def _place(self) -> tuple[str, str, str]:
        return self._key.table, self._key.partition, self._key.head

    async def apply(self, decision: Decision[Any], outbox: Outbox, now: datetime) -> Outbox:
        """Commit the decision and return what is owed to the world: its outbox, or the one on record.

        Raises Conflict.
        """
        if decision.state is None and (self._key.cause is None or not self._tells(decision)):
            return await self._on_record() or outbox
        changes = [*self._cause(decision, outbox, now), *self._state(decision, now)]
        changes += [Insert(key, codec.plain(Head(state, now, 1))) for key, state in decision.rows.items()]
        etags = await self._store.write(self._key.table, self._key.partition, *changes)
        if decision.state is not None:
            self.head, self._etag = self._next(decision, now), etags[self._key.head]
        return outbox

    async def repeated(self, conflict: Conflict) -> Outbox | None:
        """Return the outbox on record if the refused row is this message's own cause row."""
        if conflict.key not in (None, self._key.cause):
            return None
        return await self._on_record()

    def leaves_no_trace(self, decision: Decision[Any]) -> bool:
        """True for a refusal that nobody would find in the aggregate."""
        return decision.refused is not None and not self._tells(decision)

    def _tells(self, decision: Decision[Any]) -> bool:
        """True where the decision deserves a cause row: something happened, or a refusal can be told."""
        told = decision.refused is not None and self.head is not None and self._key.cause is not None
        return told or bool(decision.outcome)

    async def _on_record(self) -> Outbox | None:
        if self._key.cause is None:
            return None
        row = await self._store.get(self._key.table, self._key.partition, self._key.cause)
        return codec.typed(Step, row.data).outbox if row else None

    def _next(self, decision: Decision[Any], now: datetime) -> Head[Any]:
        return Head(decision.state, now, self.head.n + 1 if self.head else 1)

    def _cause(self, decision: Decision[Any], outbox: Outbox, now: datetime) -> list[Change]:
        if self._key.cause is None:
            return []
        refused = decision.refused
        step = Step(
            cause=self._message.id,
            kind=self._kind,
            at=now,
            n=self.head.n if self.head else 0,
            body=codec.plain(self._message.body),
            time=self._message.time,
            outcome="refused" if refused else decision.outcome,
            detail=codec.plain(refused) if refused else decision.detail,
            inputs=decision.inputs,
            outbox=outbox,
            chain=self._message.cause,
        )
        return [Insert(self._key.cause, codec.plain(step))]

    def _state(self, decision: Decision[Any], now: datetime) -> list[Change]:
        if decision.state is None:
            return []
        data = codec.plain(self._next(decision, now))
        if decision.blind:
            return [Upsert(self._key.head, data)]
        if self.head is None:
            return [Insert(self._key.head, data)]
        return [Replace(self._key.head, data, self._etag)]


async def read_head[S](store: Store, table: str, partition: str, key: str, state: type[S]) -> S | None:
    """Return the state of an aggregate that somebody else decides about; None where there is none."""
    row = await store.get(table, partition, key)
    return codec.typed(state, row.data["state"]) if row else None
