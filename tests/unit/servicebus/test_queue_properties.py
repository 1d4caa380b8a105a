"""Whatever is done to a queue: nothing is lost, held twice or forgotten by a restart."""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from local.servicebus.errors import LockLostError, RefusedError
from local.servicebus.queues.entry import Entry
from local.servicebus.settings import QueueSettings
from tests.unit.servicebus.builders import LOCK, QueueUnderTest, message

WINDOW = 40_000
TIME_TO_LIVE = 100_000


class QueueMachine(RuleBasedStateMachine):
    """A sender, some receivers and time, in any order."""

    tokens: Bundle[UUID] = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.under_test = QueueUnderTest(
            QueueSettings("orders", LOCK, 3, TIME_TO_LIVE, WINDOW, dead_letter_on_expiry=True)
        )
        self.queue = self.under_test.queue
        self.cancelled = 0
        self.last_number = 0
        self.seen: dict[str, int] = {}
        self.held_until: dict[int, int] = {}

    @rule(message_id=st.sampled_from("abcdefgh"), delay=st.none() | st.integers(1, 50_000))
    def send(self, message_id: str, delay: int | None) -> None:
        """Send now or for later; an id seen inside the window is not stored again."""
        now = self.under_test.clock.now
        number = self.queue.send(message(message_id, scheduled_for=now + delay if delay else None))
        is_repeat = message_id in self.seen and now < self.seen[message_id] + WINDOW
        assert (number is None) == is_repeat
        if number is not None:
            assert number > self.last_number
            self.last_number, self.seen[message_id] = number, now

    @rule(target=tokens)
    def receive(self) -> UUID | MultipleResults[UUID]:
        """Receive; what another still holds is never handed out."""
        entry = self.queue.receive()
        if entry is None:
            return multiple()
        return self._hold(entry)

    @rule(target=tokens, number=st.integers(1, 30))
    def receive_deferred(self, number: int) -> UUID | MultipleResults[UUID]:
        """Receive a deferred message, if it is one."""
        try:
            (entry,) = self.queue.receive_deferred([number])
        except RefusedError:
            return multiple()
        return self._hold(entry)

    def _hold(self, entry: Entry) -> UUID:
        now = self.under_test.clock.now
        assert self.held_until.get(entry.number, 0) <= now
        self.held_until[entry.number] = now + LOCK
        assert entry.delivery_count < 3
        assert entry.token is not None
        return entry.token

    @rule(token=tokens, how=st.sampled_from(["complete", "abandon", "release", "defer", "dead_letter", "renew"]))
    def settle(self, token: UUID, how: str) -> None:
        """Settle or renew; a lock that ended, or was used before, is lost."""
        held = {each.token: each for each in self.queue.peek(0, 1000)}
        entry = held.get(token)
        number = entry.number if entry else 0
        arguments = ("because", None) if how == "dead_letter" else ()
        try:
            getattr(self.queue, how)(token, *arguments)
        except LockLostError:
            assert self.held_until.get(number, 0) <= self.under_test.clock.now
            return
        assert self.held_until[number] > self.under_test.clock.now
        self.held_until[number] = self.under_test.clock.now + LOCK if how == "renew" else 0

    @rule(number=st.integers(1, 30))
    def cancel(self, number: int) -> None:
        """Cancel, if it is scheduled."""
        scheduled = self.queue.counts().scheduled
        try:
            self.queue.cancel([number])
        except RefusedError:
            assert self.queue.counts().scheduled == scheduled
            return
        self.cancelled += 1

    @rule(duration=st.integers(1, 60_000))
    def wait(self, duration: int) -> None:
        """Let time pass."""
        self.under_test.forward(duration)
        self.last_number = max(self.last_number, *(each.number for each in self.queue.peek(0, 1000)), 0)

    @invariant()
    def every_message_is_somewhere(self) -> None:
        """What was accepted is here, a dead letter, completed or cancelled."""
        kept = len(self.under_test.content())
        assert self.queue.accepted == kept + self.queue.completed + self.cancelled
        assert sum(self.queue.counts()) + sum(self.under_test.dead_letters.counts()) == kept

    @invariant()
    def a_restart_changes_nothing(self) -> None:
        """The records, all or compacted, give the same messages."""
        assert self.under_test.after_restart().content() == self.under_test.content()
        assert self.under_test.after_compaction().content() == self.under_test.content()

    @invariant()
    def after_a_restart_all_active_messages_are_free(self) -> None:
        """Locks do not survive, messages do."""
        here, there = self.queue.counts(), self.under_test.after_restart().queue.counts()
        assert there.locked == 0
        assert there.scheduled == here.scheduled
        assert there.active + there.deferred == here.active + here.locked + here.deferred


QueueMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestQueue = QueueMachine.TestCase
