"""A queue does what Service Bus documents, on a clock that the test moves."""

import pytest

from local.servicebus.errors import LockLostError, RefusedError
from local.servicebus.settings import QueueSettings
from tests.unit.servicebus.builders import LOCK, SECOND, QueueUnderTest, message


def queue_with(**settings: object) -> QueueUnderTest:
    """Return a queue with some settings, the others at their defaults."""
    defaults = QueueSettings("orders", LOCK, max_delivery_count=3)
    return QueueUnderTest(defaults._replace(**settings))  # type: ignore[arg-type]


def test_messages_are_received_in_the_order_they_were_sent() -> None:
    under_test = QueueUnderTest()
    for each in "abc":
        under_test.queue.send(message(each))
    assert [under_test.receive().message.message_id for _ in "abc"] == ["a", "b", "c"]
    assert under_test.queue.receive() is None


def test_a_locked_message_is_nobody_elses() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    under_test.receive()
    assert under_test.queue.receive() is None
    assert under_test.queue.counts().locked == 1


def test_a_completed_message_is_gone() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    under_test.queue.complete(under_test.receive_token())
    under_test.forward(2 * LOCK)
    assert under_test.content() == []
    assert under_test.queue.completed == 1


def test_an_abandoned_message_comes_back_first_and_counted() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message("a"))
    under_test.queue.send(message("b"))
    under_test.queue.abandon(under_test.receive_token())
    again = under_test.receive()
    assert (again.message.message_id, again.delivery_count) == ("a", 1)


def test_a_released_message_comes_back_uncounted() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    under_test.queue.release(under_test.receive_token())
    assert under_test.receive().delivery_count == 0


def test_a_message_comes_back_when_its_lock_ends_and_settling_it_is_too_late() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    token = under_test.receive_token()
    assert under_test.queue.next_deadline() == under_test.clock.now + LOCK
    under_test.clock.forward(LOCK)
    with pytest.raises(LockLostError):
        under_test.queue.complete(token)
    under_test.queue.advance()
    assert under_test.receive().delivery_count == 1
    with pytest.raises(LockLostError):
        under_test.queue.complete(token)


def test_a_renewed_lock_lasts_a_whole_duration_from_then() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    token = under_test.receive_token()
    under_test.forward(LOCK - 1)
    assert under_test.queue.renew(token) == under_test.clock.now + LOCK
    under_test.forward(LOCK - 1)
    under_test.queue.complete(token)


def test_a_lock_that_ended_is_not_renewed() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    token = under_test.receive_token()
    under_test.forward(LOCK)
    with pytest.raises(LockLostError):
        under_test.queue.renew(token)


def test_a_message_delivered_too_often_becomes_a_dead_letter_with_its_count() -> None:
    under_test = queue_with(max_delivery_count=2)
    under_test.queue.send(message())
    under_test.queue.abandon(under_test.receive_token())
    under_test.receive()
    under_test.forward(LOCK)
    assert under_test.queue.receive() is None
    dead = under_test.dead_letters.receive()
    assert dead is not None
    assert dead.delivery_count == 2
    assert b"MaxDeliveryCountExceeded" in dead.message.bare


def test_a_dead_letter_is_not_moved_on_and_does_not_expire() -> None:
    under_test = queue_with(max_delivery_count=1, time_to_live=SECOND)
    under_test.queue.send(message())
    under_test.queue.abandon(under_test.receive_token())
    for _ in range(5):
        dead = under_test.dead_letters.receive()
        assert dead is not None
        assert dead.token is not None
        under_test.dead_letters.abandon(dead.token)
        under_test.forward(LOCK)
    with pytest.raises(RefusedError, match="cannot be dead-lettered"):
        under_test.dead_letters.dead_letter(under_test.dead_letters.receive().token, None, None)  # type: ignore


def test_a_receiver_may_dead_letter_a_message_with_a_reason() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    under_test.queue.dead_letter(under_test.receive_token(), "Unreadable", "line 3")
    dead = under_test.dead_letters.receive()
    assert dead is not None
    assert b"Unreadable" in dead.message.bare
    assert b"line 3" in dead.message.bare


def test_a_scheduled_message_joins_the_end_of_the_queue_when_it_is_due() -> None:
    under_test = QueueUnderTest()
    number = under_test.queue.send(message("later", scheduled_for=under_test.clock.now + SECOND))
    under_test.queue.send(message("now"))
    assert under_test.queue.counts().scheduled == 1
    assert under_test.queue.next_deadline() == under_test.clock.now + SECOND
    under_test.forward(SECOND - 1)
    assert under_test.queue.counts().active == 1
    under_test.forward(1)
    entries = [under_test.receive(), under_test.receive()]
    assert [each.message.message_id for each in entries] == ["now", "later"]
    assert (entries[1].number, entries[1].first_number) == (3, number)
    assert entries[1].enqueued_at == under_test.clock.now


def test_a_message_scheduled_for_the_past_is_there_at_once() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message(scheduled_for=under_test.clock.now - 1))
    assert under_test.receive().message.message_id == "m-1"


def test_a_scheduled_message_is_cancelled_until_it_is_due() -> None:
    under_test = QueueUnderTest()
    due = under_test.clock.now + SECOND
    first, second = (under_test.queue.send(message(each, scheduled_for=due)) or 0 for each in "ab")
    under_test.queue.cancel([first])
    under_test.forward(SECOND)
    assert [each[1] for each in under_test.content()] == ["b"]
    with pytest.raises(RefusedError, match="message-not-found"):
        under_test.queue.cancel([second])


def test_cancelling_takes_all_or_none() -> None:
    under_test = QueueUnderTest()
    number = under_test.queue.send(message(scheduled_for=under_test.clock.now + SECOND)) or 0
    with pytest.raises(RefusedError, match="sequence number 99"):
        under_test.queue.cancel([number, 99])
    assert under_test.queue.counts().scheduled == 1


def test_an_expired_message_becomes_a_dead_letter_where_the_queue_says_so() -> None:
    under_test = queue_with(time_to_live=SECOND, dead_letter_on_expiry=True)
    under_test.queue.send(message())
    under_test.forward(SECOND)
    dead = under_test.dead_letters.receive()
    assert dead is not None
    assert b"TTLExpiredException" in dead.message.bare


def test_an_expired_message_is_dropped_where_the_queue_does_not() -> None:
    under_test = queue_with(time_to_live=SECOND)
    under_test.queue.send(message())
    under_test.forward(SECOND)
    assert under_test.content() == []


def test_the_shorter_time_to_live_of_message_and_queue_counts() -> None:
    under_test = queue_with(time_to_live=10 * SECOND)
    under_test.queue.send(message("short", time_to_live=SECOND))
    under_test.queue.send(message("long", time_to_live=60 * SECOND))
    under_test.forward(SECOND)
    assert [each[1] for each in under_test.content()] == ["long"]
    under_test.forward(9 * SECOND)
    assert under_test.content() == []


def test_a_scheduled_message_lives_from_the_time_it_is_due() -> None:
    under_test = queue_with(time_to_live=SECOND)
    under_test.queue.send(message(scheduled_for=under_test.clock.now + 60 * SECOND))
    under_test.forward(60 * SECOND)
    assert under_test.receive().expires_at == under_test.clock.now + SECOND


def test_a_locked_message_expires_only_when_it_comes_back() -> None:
    under_test = queue_with(time_to_live=SECOND)
    under_test.queue.send(message("a"))
    under_test.queue.send(message("b"))
    tokens = [under_test.receive_token(), under_test.receive_token()]
    under_test.forward(2 * SECOND)
    under_test.queue.complete(tokens[0])
    under_test.queue.abandon(tokens[1])
    assert under_test.content() == []
    assert under_test.queue.completed == 1


def test_a_repeated_id_is_dropped_inside_the_window_and_not_after() -> None:
    under_test = queue_with(duplicate_window=60 * SECOND)
    assert under_test.queue.send(message("a")) == 1
    under_test.queue.complete(under_test.receive_token())
    under_test.forward(59 * SECOND)
    assert under_test.queue.send(message("a")) is None
    under_test.forward(SECOND)
    assert under_test.queue.send(message("a")) == 2
    assert (under_test.queue.accepted, under_test.queue.duplicates) == (2, 1)


def test_a_deferred_message_is_only_had_by_its_number() -> None:
    under_test = QueueUnderTest()
    number = under_test.queue.send(message()) or 0
    under_test.queue.defer(under_test.receive_token())
    assert under_test.queue.receive() is None
    assert under_test.queue.counts().deferred == 1
    (entry,) = under_test.queue.receive_deferred([number])
    assert entry.token is not None
    assert under_test.queue.counts() == (0, 0, 1, 0)
    with pytest.raises(RefusedError, match="message-not-found"):
        under_test.queue.receive_deferred([number])
    under_test.queue.abandon(entry.token)
    assert under_test.queue.counts().deferred == 1


def test_a_deferred_message_does_not_expire_until_somebody_asks_for_it() -> None:
    """Service Bus, "Message deferral"."""
    under_test = queue_with(time_to_live=SECOND, dead_letter_on_expiry=True)
    numbers = [under_test.queue.send(message(each)) or 0 for each in "ab"]
    under_test.queue.defer(under_test.receive_token())
    late = under_test.receive_token()
    under_test.forward(2 * SECOND)
    under_test.queue.defer(late)
    restored = under_test.after_restart()
    for each in (under_test, restored):
        each.forward(SECOND)
        assert each.queue.counts().deferred == 2
        for number in numbers:
            with pytest.raises(RefusedError, match="message-not-found"):
                each.queue.receive_deferred([number])
        assert each.dead_letters.counts().active == 2


@pytest.mark.parametrize("how", ["abandon", "defer", "dead_letter"])
def test_a_receiver_may_set_properties_on_what_it_gives_back(how: str) -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    reasons = (None, None) if how == "dead_letter" else ()
    getattr(under_test.queue, how)(under_test.receive_token(), *reasons, {"attempt": 2})
    for each in (under_test, under_test.after_restart(), under_test.after_compaction()):
        (entry,) = [*each.queue.peek(0, 10), *each.dead_letters.peek(0, 10)]
        assert b"attempt" in entry.message.bare
        assert (entry.number, entry.delivery_count) == (1, 0 if how == "dead_letter" else 1)


def test_properties_that_make_a_message_too_large_are_refused_and_it_stays_locked() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    token = under_test.receive_token()
    with pytest.raises(RefusedError, match="The properties have"):
        under_test.queue.abandon(token, {"text": "x" * 70_000})
    under_test.queue.complete(token)


def test_peeking_shows_messages_of_every_state_and_locks_none() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message("locked"))
    under_test.receive()
    under_test.queue.send(message("scheduled", scheduled_for=under_test.clock.now + SECOND))
    under_test.queue.send(message("active"))
    assert [each.message.message_id for each in under_test.queue.peek(0, 10)] == ["locked", "scheduled", "active"]
    assert [each.message.message_id for each in under_test.queue.peek(2, 1)] == ["scheduled"]
    assert under_test.receive().message.message_id == "active"


def test_a_message_received_and_deleted_is_gone() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    assert under_test.queue.receive_and_delete() is not None
    assert under_test.content() == []
    assert under_test.after_restart().content() == []


def test_a_message_that_was_locked_at_the_end_is_free_after_a_restart_and_not_counted() -> None:
    under_test = QueueUnderTest()
    under_test.queue.send(message())
    under_test.queue.abandon(under_test.receive_token())
    under_test.receive()
    restored = under_test.after_restart()
    assert restored.receive().delivery_count == 1


def test_numbers_and_history_go_on_after_a_restart() -> None:
    under_test = queue_with(duplicate_window=60 * SECOND)
    under_test.queue.send(message("a"))
    under_test.queue.complete(under_test.receive_token())
    for restored in (under_test.after_restart(), under_test.after_compaction()):
        assert restored.queue.send(message("a")) is None
        assert restored.queue.send(message("b")) == 2


def test_a_deferred_message_stays_aside_after_a_restart() -> None:
    under_test = QueueUnderTest()
    number = under_test.queue.send(message()) or 0
    under_test.queue.defer(under_test.receive_token())
    for restored in (under_test.after_restart(), under_test.after_compaction()):
        assert restored.queue.receive() is None
        (entry,) = restored.queue.receive_deferred([number])
        assert entry.delivery_count == 1
