"""Whatever happens to a queue with sessions, a session has one holder and its messages come in order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from local.servicebus.errors import RefusedError
from local.servicebus.queues.entry import Entry
from local.servicebus.queues.message_sessions import MessageSession
from tests.unit.servicebus.builders import LOCK
from tests.unit.servicebus.test_session_queue import SessionQueueUnderTest

SESSIONS = st.sampled_from("abc")


class SessionQueueMachine(RuleBasedStateMachine):
    """Senders, holders of sessions and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.under_test = SessionQueueUnderTest()
        self.queue = self.under_test.queue
        self.held: dict[str, MessageSession] = {}
        self.locked: dict[str, list[Entry]] = {}
        self.states: dict[str, bytes | None] = {}
        self.sent = 0

    @rule(session_id=SESSIONS)
    def send(self, session_id: str) -> None:
        """Send into a session."""
        self.under_test.send(f"{session_id}{self.sent}")
        self.sent += 1

    @rule(wanted=st.none() | SESSIONS)
    def accept(self, wanted: str | None) -> None:
        """Accept a session; never one that is held."""
        try:
            session = self.queue.accept(wanted, lambda: None)
        except RefusedError:
            assert wanted in self.held
            return
        if session is not None:
            assert session.id not in self.held
            self.held[session.id], self.locked[session.id] = session, []

    @rule(session_id=SESSIONS)
    def receive(self, session_id: str) -> None:
        """Receive from a session: nothing without holding it, and in order with it."""
        entry = self.queue.receive(session_id)
        if entry is None:
            return
        assert session_id in self.held
        assert entry.session_id == session_id
        numbers = [each.number for each in self.queue.peek(0, 1000, session_id) if each.token is None]
        assert all(entry.number < number for number in numbers)
        self.locked[session_id].append(entry)

    @precondition(lambda self: any(self.locked.values()))
    @rule(data=st.data(), how=st.sampled_from(["complete", "abandon", "dead_letter"]))
    def settle(self, data: st.DataObject, how: str) -> None:
        """Settle something that is locked."""
        entry = data.draw(st.sampled_from([each for entries in self.locked.values() for each in entries]))
        assert entry.token is not None
        self.locked[entry.session_id or ""].remove(entry)
        getattr(self.queue, how)(entry.token, *(("because", None) if how == "dead_letter" else ()))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        """Let another have a session."""
        session_id = data.draw(st.sampled_from(sorted(self.held)))
        self.queue.close(self.held.pop(session_id))
        del self.locked[session_id]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), state=st.none() | st.binary(max_size=3))
    def set_state(self, data: st.DataObject, state: bytes | None) -> None:
        """Keep something with a session."""
        session_id = data.draw(st.sampled_from(sorted(self.held)))
        self.queue.set_session_state(session_id, state)
        self.states[session_id] = state

    @rule(duration=st.integers(1, LOCK))
    def wait(self, duration: int) -> None:
        """Let time pass; some locks end."""
        self.under_test.forward(duration)
        for session_id in [each for each, session in self.held.items() if session.holder is None]:
            del self.held[session_id], self.locked[session_id]

    @invariant()
    def every_message_is_somewhere(self) -> None:
        """What was sent is here, a dead letter, or completed."""
        kept = sum(self.queue.counts()) + sum(self.under_test.dead_letters.counts())
        assert self.sent == kept + self.queue.completed
        assert self.queue.counts().locked == sum(map(len, self.locked.values()))

    @invariant()
    def a_restart_finds_messages_and_states(self) -> None:
        """The records, all or compacted, give the same sessions."""
        compacted = [*self.queue.records(), *self.under_test.dead_letters.records()]
        for restored in map(self.under_test.restored, (self.under_test.records, compacted)):
            assert restored.queue.session_ids(None) == self.queue.session_ids(None)
            for session_id, state in self.states.items():
                restored.accept(session_id)
                assert restored.queue.session_state(session_id) == state


SessionQueueMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSessionQueue = SessionQueueMachine.TestCase
