"""Messages and queues with defaults, and a clock that stands still until it is moved."""

from uuid import UUID

from local.servicebus.amqp.encoder import encode, encode_described
from local.servicebus.amqp.sections import APPLICATION_PROPERTIES, DATA, MESSAGE_ANNOTATIONS, PROPERTIES
from local.servicebus.amqp.types import Symbol, Timestamp, Value
from local.servicebus.queues.entry import Entry
from local.servicebus.queues.message import Message, parse
from local.servicebus.queues.queue import Queue
from local.servicebus.queues.records import Record
from local.servicebus.settings import QueueSettings

SECOND = 1000
LOCK = 30 * SECOND


class Clock:
    """Milliseconds since 1970, as the test says."""

    def __init__(self, now: int = 1_800_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def forward(self, duration: int) -> None:
        """Move on."""
        self.now += duration


def section(code: int, value: Value) -> bytes:
    """Encode one section of a message."""
    return b"\x00\x53" + bytes((code,)) + encode(value)


def message_bytes(
    message_id: Value = "m-1",
    body: bytes = b"hello",
    scheduled_for: int | None = None,
    time_to_live: int | None = None,
    properties: dict[str, Value] | None = None,
    session_id: str | None = None,
) -> bytes:
    """Encode a message as an SDK would."""
    annotations = {Symbol("x-opt-scheduled-enqueue-time"): Timestamp(scheduled_for)} if scheduled_for else {}
    return b"".join(
        (
            encode_described(0x70, (True, None, time_to_live)),
            section(MESSAGE_ANNOTATIONS, annotations) if annotations else b"",
            encode_described(PROPERTIES, [message_id, *[None] * 9, session_id]),
            section(APPLICATION_PROPERTIES, properties) if properties else b"",
            section(DATA, body),
        )
    )


def message(
    message_id: Value = "m-1",
    *,
    scheduled_for: int | None = None,
    time_to_live: int | None = None,
    session_id: str | None = None,
) -> Message:
    """Return a message that was sent."""
    return parse(
        message_bytes(message_id, scheduled_for=scheduled_for, time_to_live=time_to_live, session_id=session_id)
    )


class QueueUnderTest:
    """A queue with its dead letters, what it recorded, and its clock."""

    def __init__(self, settings: QueueSettings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings or QueueSettings("orders", LOCK, max_delivery_count=3)
        self.clock = clock or Clock()
        self.records: list[Record] = []
        self.dead_letters = Queue(self.settings.of_dead_letters(), self.clock, self.records.append)
        self.queue = Queue(self.settings, self.clock, self.records.append, self.dead_letters)

    def forward(self, duration: int) -> None:
        """Let time pass, and the queue notice."""
        self.clock.forward(duration)
        self.queue.advance()
        self.dead_letters.advance()

    def receive(self) -> Entry:
        """Receive a message that must be there."""
        entry = self.queue.receive()
        assert entry is not None
        return entry

    def receive_token(self) -> UUID:
        """Receive a message that must be there, and return its lock token."""
        token = self.receive().token
        assert token is not None
        return token

    def after_restart(self) -> "QueueUnderTest":
        """Return the queue that the records give."""
        return self._from(self.records)

    def after_compaction(self) -> "QueueUnderTest":
        """Return the queue that its shortest records give."""
        return self._from([*self.queue.records(), *self.dead_letters.records()])

    def _from(self, records: list[Record]) -> "QueueUnderTest":
        restored = QueueUnderTest(self.settings, self.clock)
        for record in records:
            (restored.queue if record.queue == self.queue.name else restored.dead_letters).restore(record)
        return restored

    def content(self) -> list[tuple[int, Value, int, int]]:
        """Return number, id, state and delivery count of all messages, dead letters last."""
        entries = [*self.queue.peek(0, 10_000), *self.dead_letters.peek(0, 10_000)]
        return [(each.number, each.message.message_id, each.state, each.delivery_count) for each in entries]
