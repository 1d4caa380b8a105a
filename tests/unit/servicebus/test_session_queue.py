"""A queue with sessions does what Service Bus documents, on a clock that the test moves."""

import pytest

from local.servicebus.errors import RefusedError, SessionLostError
from local.servicebus.queues.message_sessions import MessageSession
from local.servicebus.queues.queue import Queue
from local.servicebus.queues.records import Record
from local.servicebus.queues.session_queue import SessionQueue
from local.servicebus.settings import QueueSettings
from tests.unit.servicebus.builders import LOCK, Clock, message


class SessionQueueUnderTest:
    """A queue with sessions, what it recorded, and its clock."""

    def __init__(self, clock: Clock | None = None) -> None:
        settings = QueueSettings("orders", LOCK, max_delivery_count=3, requires_session=True)
        self.clock = clock or Clock()
        self.records: list[Record] = []
        self.lost: list[str] = []
        self.dead_letters = Queue(settings.of_dead_letters(), self.clock, self.records.append)
        self.queue = SessionQueue(settings, self.clock, self.records.append, self.dead_letters)

    def send(self, *names: str) -> None:
        """Send messages; the first letter of a name is its session."""
        for name in names:
            self.queue.send(message(name, session_id=name[0]))

    def accept(self, session_id: str | None = None) -> MessageSession:
        """Accept a session that must be there."""
        session = self.queue.accept(session_id, lambda: self.lost.append(session_id or "any"))
        assert session is not None
        return session

    def receive(self, session: MessageSession) -> str | None:
        """Receive from a session, and return the message's id."""
        entry = self.queue.receive(session.id)
        return str(entry.message.message_id) if entry else None

    def forward(self, duration: int) -> None:
        """Let time pass, and the queue notice."""
        self.clock.forward(duration)
        self.queue.advance()

    def restored(self, records: list[Record]) -> "SessionQueueUnderTest":
        """Return the queue that records give."""
        restored = SessionQueueUnderTest(self.clock)
        for record in records:
            (restored.queue if record.queue == "orders" else restored.dead_letters).restore(record)
        return restored


@pytest.fixture
def under_test() -> SessionQueueUnderTest:
    return SessionQueueUnderTest()


def test_a_session_is_received_in_order_and_the_others_are_not_touched(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1", "b1", "a2", "b2")
    session = under_test.accept("b")
    assert [under_test.receive(session) for _ in range(3)] == ["b1", "b2", None]


def test_a_message_without_a_session_is_refused(under_test: SessionQueueUnderTest) -> None:
    with pytest.raises(RefusedError, match="SessionId was not set"):
        under_test.queue.check(message())
    with pytest.raises(RefusedError, match="The SessionId has 129 characters"):
        under_test.queue.check(message(session_id="x" * 129))


def test_a_session_has_one_holder_at_a_time(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1")
    session = under_test.accept("a")
    with pytest.raises(RefusedError, match="session 'a' cannot be accepted"):
        under_test.queue.accept("a", lambda: None)
    under_test.queue.close(session)
    assert under_test.receive(under_test.accept("a")) == "a1"


def test_a_session_may_be_had_before_it_has_messages(under_test: SessionQueueUnderTest) -> None:
    session = under_test.accept("a")
    assert under_test.receive(session) is None
    under_test.send("a1")
    assert under_test.receive(session) == "a1"


def test_whoever_asks_for_any_session_gets_the_one_that_waited_longest(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1", "b1", "c1")
    under_test.accept("a")
    assert [under_test.accept().id for _ in range(2)] == ["b", "c"]
    assert under_test.queue.accept(None, lambda: None) is None


def test_a_session_whose_messages_are_gone_or_deferred_is_not_given_to_whoever_asks_for_any(
    under_test: SessionQueueUnderTest,
) -> None:
    under_test.send("a1", "b1")
    for session_id, settle in (("a", under_test.queue.complete), ("b", under_test.queue.defer)):
        session = under_test.accept(session_id)
        entry = under_test.queue.receive(session_id)
        assert entry is not None
        assert entry.token is not None
        settle(entry.token)
        under_test.queue.close(session)
    assert under_test.queue.accept(None, lambda: None) is None


def test_a_closed_session_gives_back_what_was_not_settled_uncounted(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1")
    session = under_test.accept("a")
    under_test.receive(session)
    under_test.queue.close(session)
    entry = under_test.queue.receive(under_test.accept("a").id)
    assert entry is not None
    assert entry.delivery_count == 0
    assert under_test.lost == []


def test_a_session_whose_lock_ends_is_lost_and_its_deliveries_are_counted(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1")
    first = under_test.queue.receive(under_test.accept("a").id)
    assert first is not None
    token = first.token
    assert token is not None
    assert under_test.queue.next_deadline() == under_test.clock.now + LOCK
    under_test.clock.forward(LOCK)
    with pytest.raises(SessionLostError):
        under_test.queue.complete(token)
    assert under_test.queue.receive("a") is None
    under_test.queue.advance()
    assert under_test.lost == ["a"]
    again = under_test.queue.receive(under_test.accept("a").id)
    assert again is not None
    assert again.delivery_count == 1


def test_a_session_closed_after_its_lock_ended_counts_its_deliveries(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1")
    session = under_test.accept("a")
    under_test.receive(session)
    under_test.clock.forward(LOCK)
    under_test.queue.close(session)
    entry = under_test.queue.receive(under_test.accept("a").id)
    assert entry is not None
    assert entry.delivery_count == 1


def test_a_renewed_session_keeps_what_is_locked_of_it(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1")
    entry = under_test.queue.receive(under_test.accept("a").id)
    assert entry is not None
    assert entry.token is not None
    under_test.forward(LOCK - 1)
    assert under_test.queue.renew_session("a") == under_test.clock.now + LOCK
    under_test.forward(LOCK - 1)
    under_test.queue.complete(entry.token)
    under_test.forward(1)
    with pytest.raises(SessionLostError):
        under_test.queue.renew_session("a")


def test_a_deferred_message_is_had_by_its_number_from_its_session_only(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1", "b1")
    under_test.accept("b")
    entry = under_test.queue.receive(under_test.accept("a").id)
    assert entry is not None
    assert entry.token is not None
    under_test.queue.defer(entry.token)
    with pytest.raises(RefusedError, match="sequence number 1"):
        under_test.queue.receive_deferred([1], "b")
    with pytest.raises(SessionLostError):
        under_test.queue.receive_deferred([1], "c")
    (again,) = under_test.queue.receive_deferred([1], "a")
    assert again.message.message_id == "a1"


def test_a_session_keeps_a_state_over_restarts(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1")
    session = under_test.accept("a")
    assert under_test.queue.session_state("a") is None
    under_test.queue.set_session_state("a", b"half way")
    under_test.queue.close(session)
    for records in (under_test.records, [*under_test.queue.records()]):
        restored = under_test.restored(records)
        restored.accept("a")
        assert restored.queue.session_state("a") == b"half way"
        restored.queue.set_session_state("a", None)
        assert restored.restored([*restored.queue.records()]).queue.session_ids(0) == []


def test_the_state_of_a_session_is_its_holders(under_test: SessionQueueUnderTest) -> None:
    with pytest.raises(SessionLostError):
        under_test.queue.session_state("a")
    under_test.accept("a")
    under_test.forward(LOCK)
    with pytest.raises(SessionLostError):
        under_test.queue.set_session_state("a", b"late")


def test_sessions_are_listed_that_have_messages_or_a_state(under_test: SessionQueueUnderTest) -> None:
    under_test.send("b1")
    session = under_test.accept("a")
    assert under_test.queue.session_ids(None) == ["b"]
    under_test.queue.set_session_state("a", b"half way")
    under_test.queue.close(session)
    assert under_test.queue.session_ids(None) == ["a", "b"]
    assert under_test.queue.session_ids(under_test.clock.now - 1) == ["a"]
    assert under_test.queue.session_ids(under_test.clock.now) == []


def test_many_sessions_are_accepted_one_after_the_other(under_test: SessionQueueUnderTest) -> None:
    """Each in the time of one: those that are held are not looked at again."""
    sessions = [f"{number:04}" for number in range(3000)]
    for each in sessions:
        under_test.queue.send(message(each, session_id=each))
    looked_at = 0

    def is_ready(session_id: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        return original(session_id)

    contents = under_test.queue._contents  # noqa: SLF001
    original, contents.is_ready = contents.is_ready, is_ready  # type: ignore[method-assign]
    assert [under_test.accept().id for _ in sessions] == sessions
    assert looked_at == len(sessions)


def test_states_of_sessions_are_no_reason_to_compact(under_test: SessionQueueUnderTest) -> None:
    session = under_test.accept("a")
    under_test.queue.set_session_state("a", b"half way")
    under_test.queue.close(session)
    assert under_test.queue.record_count() == len(list(under_test.queue.records()))


def test_peeking_may_be_limited_to_a_session(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1", "b1", "a2")
    peeked = under_test.queue.peek(0, 10, "a")
    assert [entry.message.message_id for entry in peeked] == ["a1", "a2"]


def test_messages_find_their_sessions_after_a_restart(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1", "b1")
    restored = under_test.restored(under_test.records)
    assert restored.receive(restored.accept("b")) == "b1"


def test_the_dead_letters_of_a_session_are_had_without_one(under_test: SessionQueueUnderTest) -> None:
    under_test.send("a1")
    entry = under_test.queue.receive(under_test.accept("a").id)
    assert entry is not None
    assert entry.token is not None
    under_test.queue.dead_letter(entry.token, "Unreadable", None)
    dead = under_test.dead_letters.receive()
    assert dead is not None
    assert dead.message.session_id == "a"
