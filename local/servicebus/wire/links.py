"""The two kinds of link: what a client sends on, and what it receives on."""

import asyncio
from collections import deque
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from local.servicebus.amqp.performatives import Attach, Flow, Transfer
from local.servicebus.amqp.types import Described, MalformedError
from local.servicebus.entity import Entity
from local.servicebus.errors import DECODE_ERROR, RESOURCE_LIMIT_EXCEEDED, RefusedError
from local.servicebus.queues.entry import Entry
from local.servicebus.queues.message import MAX_MESSAGE_SIZE, TooLargeError
from local.servicebus.queues.queue import Queue
from local.servicebus.wire.delivery import render
from local.servicebus.wire.outcomes import ACCEPTED, rejected
from local.servicebus.wire.targets import QueueTarget, Target

if TYPE_CHECKING:
    from local.servicebus.wire.session import Session

CREDIT = 1000
_SEQUENCE_MASK = 0xFFFFFFFF
_SENT_SETTLED = 1
_MAX_WAITING = 100


def now() -> float:
    """Return the event loop's time in seconds."""
    return asyncio.get_running_loop().time()


class IncomingLink:
    """A link that a client sends on."""

    def __init__(self, session: "Session", attach: Attach, target: Target) -> None:
        self._session = session
        self.attach = attach
        self._handle = int(attach.handle)
        self._target = target
        self._first: Transfer | None = None
        self._parts = bytearray()
        self._size = 0
        self._delivery_count = 0
        self._credit = 0
        self._used_at = now()

    def is_idle(self, since: float) -> bool:
        """Tell whether nothing was sent to a queue since a time; a node may be asked seldom."""
        return self._used_at < since and isinstance(self._target, QueueTarget)

    def open(self) -> None:
        """Attach, and give the client credit."""
        self._session.answer_attach(self.attach)
        self._give_credit()

    def _give_credit(self) -> None:
        self._credit = CREDIT
        self._session.send_link_flow(self._handle, self._delivery_count, self._credit)

    def take_transfer(self, transfer: Transfer, payload: bytes) -> None:
        """Add a part of a message; with the last one, hand the message on and settle it."""
        self._used_at = now()
        first = self._first = self._first or transfer
        self._size += len(payload)
        if self._size <= MAX_MESSAGE_SIZE:
            self._parts += payload
        if transfer.more and not transfer.aborted:
            return
        data, size = bytes(self._parts), self._size
        self._first, self._parts, self._size = None, bytearray(), 0
        if not transfer.aborted:
            outcome = self._hand_on(data, size, first.message_format or 0)
            if not (first.settled or transfer.settled) and first.delivery_id is not None:
                self._session.settle_incoming(first.delivery_id, outcome)
        self._count_delivery()

    def _hand_on(self, data: bytes, size: int, message_format: int) -> Described:
        try:
            if size > MAX_MESSAGE_SIZE:
                raise TooLargeError(size)
            self._target.receive(data, message_format)
        except RefusedError as refused:
            return rejected(refused)
        except MalformedError as malformed:
            return rejected(RefusedError(DECODE_ERROR, str(malformed)))
        return ACCEPTED

    def _count_delivery(self) -> None:
        self._delivery_count = (self._delivery_count + 1) & _SEQUENCE_MASK
        self._credit -= 1
        if self._credit <= CREDIT // 2:
            self._give_credit()


class OutgoingLink:
    """A link that a client receives on, as far as credit goes."""

    def __init__(self, session: "Session", attach: Attach) -> None:
        self._session = session
        self.attach = attach
        self._handle = int(attach.handle)
        self._delivery_count = 0
        self._credit = 0

    def is_idle(self, since: float) -> bool:  # noqa: ARG002
        """Tell whether it is kept for nothing since a time."""
        return False

    def open(self) -> None:
        """Attach."""
        self._session.answer_attach(self.attach)

    def is_ready(self) -> bool:
        """Tell whether the client can take a message now."""
        return self._credit > 0 and self._session.can_send()

    def take_flow(self, flow: Flow) -> None:
        """Take the client's credit; its count of deliveries may lag behind ours (part 2.6.7)."""
        if flow.link_credit is not None:
            limit = (flow.delivery_count or 0) + flow.link_credit
            self._credit = max(0, limit - self._delivery_count)
            self.use_credit()
        if flow.drain and self._credit:
            self._delivery_count += self._credit
            self._credit = 0
            self._session.send_link_flow(self._handle, self._delivery_count, 0, drain=True)

    def use_credit(self) -> None:
        """Send what is waiting for credit."""

    def close(self) -> None:
        """Stop sending."""

    def send(self, tag: bytes, payload: bytes, *, settled: bool) -> int:
        """Send a message and return its delivery id."""
        self._credit -= 1
        self._delivery_count += 1
        return self._session.send_transfer(self._handle, tag, payload, settled=settled)


class QueueLink(OutgoingLink):
    """Receives from a queue."""

    def __init__(self, session: "Session", attach: Attach, entity: Entity) -> None:
        super().__init__(session, attach)
        self._entity = entity
        self._presettled = attach.snd_settle_mode == _SENT_SETTLED
        self._used_at = now()

    def is_idle(self, since: float) -> bool:
        """Tell whether the client wants no messages and has got none since a time."""
        return self._credit == 0 and self._used_at < since

    @property
    def queue(self) -> Queue:
        """The queue that it receives from."""
        return self._entity.queue

    def open(self) -> None:
        """Attach, and begin to receive."""
        super().open()
        self._entity.join(self)

    def close(self) -> None:
        """Stop receiving."""
        self._entity.leave(self)

    def use_credit(self) -> None:
        """Let the queue serve its receivers before the turn ends, so that a drain finds what was there."""
        self._used_at = now()
        self._entity.pump()

    def touch(self) -> None:
        """Say that it may be ready again."""
        self._entity.touch()

    def fetch(self) -> Entry | None:
        """Take the next message: with settled deliveries, for good."""
        return self.queue.receive_and_delete() if self._presettled else self.queue.receive()

    def deliver(self, entry: Entry) -> None:
        """Send a message; its delivery tag is the lock token, if it has one, as .NET writes a GUID."""
        self._used_at = now()
        token = entry.token
        if token is None:
            self.send(b"", render(entry), settled=True)
        else:
            delivery_id = self.send(token.bytes_le, render(entry), settled=False)
            self._session.await_outcome(delivery_id, self, token)


class ReplyLink(OutgoingLink):
    """Receives the answers of a node."""

    def __init__(self, session: "Session", attach: Attach, address: str, reply_to: str | None) -> None:
        super().__init__(session, attach)
        self.address = address
        self.reply_to = reply_to
        self._waiting = deque[bytes]()

    def reply(self, answer: bytes) -> None:
        """Send an answer, or keep it until there is credit; who asks on and on and takes none loses the link."""
        if len(self._waiting) >= _MAX_WAITING:
            reason = f"{_MAX_WAITING} answers wait for credit."
            self._session.detach(self.attach, RefusedError(RESOURCE_LIMIT_EXCEEDED, reason))
            return
        self._waiting.append(answer)
        self.use_credit()

    def use_credit(self) -> None:
        """Send the answers that wait."""
        while self._waiting and self._credit > 0:
            self.send(uuid4().bytes, self._waiting.popleft(), settled=True)


class Unsettled:
    """Deliveries whose receiver has not decided yet."""

    def __init__(self) -> None:
        self._deliveries: dict[int, tuple[QueueLink, UUID]] = {}

    def add(self, delivery_id: int, link: QueueLink, token: UUID) -> None:
        """Remember who got which lock."""
        self._deliveries[delivery_id] = (link, token)

    def take(self, first: int, last: int) -> list[tuple[int, QueueLink, UUID]]:
        """Take out the deliveries of a range, of which a client may name any end."""
        known = [first] if first == last else [each for each in self._deliveries if first <= each <= last]
        return [(each, *self._deliveries.pop(each)) for each in known if each in self._deliveries]

    def forget(self, link: OutgoingLink) -> None:
        """Forget what went out on a link that ends."""
        self._deliveries = {key: value for key, value in self._deliveries.items() if value[0] is not link}
