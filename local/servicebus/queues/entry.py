"""A message's place in a queue."""

from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from local.servicebus.queues.message import Message
from local.servicebus.queues.records import Put, Update


class State(IntEnum):
    """Where a message stands, with the numbers of the annotation `x-opt-message-state`."""

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


@dataclass(slots=True)
class Entry:
    """A message in a queue, under its sequence number; a token is there while it is locked."""

    number: int
    message: Message
    state: State
    enqueued_at: int
    first_number: int
    expires_at: int | None = None
    delivery_count: int = 0
    token: UUID | None = None
    locked_until: int = 0
    session_id: str | None = None
    """Only in a queue with sessions."""

    @property
    def is_ready(self) -> bool:
        """Tell whether it may be handed out."""
        return self.state is State.ACTIVE and self.token is None

    def has_expired(self, now: int) -> bool:
        """Tell whether its time to live is over."""
        return self.expires_at is not None and self.expires_at <= now

    def put_record(self, queue: str) -> Put:
        """Return what brings it back after a restart."""
        return Put(
            queue,
            self.number,
            self.first_number,
            int(self.state),
            self.enqueued_at,
            self.expires_at,
            self.delivery_count,
            self.message,
        )

    def update_record(self, queue: str) -> Update:
        """Return what changed about it since."""
        return Update(queue, self.number, int(self.state), self.delivery_count)

    @classmethod
    def of_record(cls, put: Put, session_id: str | None) -> "Entry":
        """Return the entry that a record speaks of; nobody holds it."""
        return cls(
            put.number,
            put.message,
            State(put.state),
            put.enqueued_at,
            put.first_number,
            put.expires_at,
            put.delivery_count,
            session_id=session_id,
        )
