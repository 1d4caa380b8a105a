"""A queue that forwards keeps nothing, and loses nothing."""

import pytest

from local.servicebus.broker import Broker, UnfitDataError
from local.servicebus.queues.queue import Queue
from local.servicebus.queues.records import Record
from local.servicebus.settings import QueueSettings
from local.servicebus.turn import Pumped, Turn
from tests.unit.servicebus.builders import SECOND, Clock, message


class _NoTurn(Turn):
    """There is no event loop here: a test advances what it wants to advance."""

    def touch(self, entity: Pumped) -> None:
        """Wake nobody."""


class World:
    """The queues of a namespace, of which a test names only what forwards."""

    def __init__(self, *settings: QueueSettings) -> None:
        self.clock = Clock()
        self.records: list[Record] = []
        self._broker = Broker(settings, self.clock, _NoTurn(lambda: None, lambda _: None), self.records.append)

    def restore(self, records: list[Record]) -> None:
        """Bring back what another one recorded."""
        self._broker.restore(records)

    def __getitem__(self, name: str) -> Queue:
        return self._broker.find(name).queue


def test_a_message_is_forwarded_at_once_and_keeps_its_first_number() -> None:
    world = World(
        QueueSettings("in", forward_to="Middle"), QueueSettings("middle", forward_to="out"), QueueSettings("out")
    )
    world["out"].send(message("before"))
    world["in"].send(message("a"))
    before, forwarded = world["out"].peek(0, 10)
    assert (before.message.message_id, forwarded.message.message_id) == ("before", "a")
    assert (forwarded.number, forwarded.first_number) == (2, 1)
    assert [sum(world[name].counts()) for name in ("in", "middle", "out")] == [0, 0, 2]
    assert (world["in"].accepted, world["in"].forwarded) == (1, 1)


def test_a_scheduled_message_is_forwarded_when_it_is_due() -> None:
    world = World(QueueSettings("in", forward_to="out"), QueueSettings("out"))
    world["in"].send(message(scheduled_for=world.clock.now + SECOND))
    assert world["in"].counts().scheduled == 1
    world.clock.forward(SECOND)
    world["in"].advance()
    assert world["out"].counts().active == 1


def test_dead_letters_are_forwarded_with_where_they_come_from() -> None:
    world = World(QueueSettings("in", forward_dead_letters_to="troubles"), QueueSettings("troubles"))
    world["in"].send(message())
    entry = world["in"].receive()
    assert entry is not None
    assert entry.token is not None
    world["in"].dead_letter(entry.token, "Unreadable", None)
    (dead,) = world["troubles"].peek(0, 10)
    assert b"Unreadable" in dead.message.bare
    assert dead.message.annotations[-2:] == (b"\xa3\x17x-opt-deadletter-source", b"\xa1\x02in")
    assert sum(world["in/$deadletterqueue"].counts()) == 0


def test_what_the_target_does_not_take_becomes_a_dead_letter_with_the_reason() -> None:
    world = World(QueueSettings("in", forward_to="out"), QueueSettings("out", requires_session=True))
    world["in"].send(message())
    (dead,) = world["in/$deadletterqueue"].peek(0, 10)
    assert b"SessionId was not set" in dead.message.bare
    assert sum(world["out"].counts()) == 0


def test_a_dead_letter_that_its_target_does_not_take_stays_where_it_is() -> None:
    world = World(QueueSettings("in", forward_dead_letters_to="out"), QueueSettings("out", requires_session=True))
    world["in"].send(message())
    entry = world["in"].receive()
    assert entry is not None
    assert entry.token is not None
    world["in"].dead_letter(entry.token, "Unreadable", None)
    assert sum(world["in/$deadletterqueue"].counts()) == 1


def test_a_forwarded_message_that_the_target_has_seen_is_dropped_there() -> None:
    world = World(QueueSettings("in", forward_to="out"), QueueSettings("out", duplicate_window=SECOND))
    for _ in range(2):
        world["in"].send(message("a"))
    assert (world["out"].accepted, world["out"].duplicates) == (1, 1)


def test_what_lies_in_a_queue_that_forwards_since_a_restart_is_forwarded() -> None:
    before = World(QueueSettings("in"), QueueSettings("out"))
    before["in"].send(message("a"))
    before["in"].send(message("later", scheduled_for=before.clock.now + SECOND))
    after = World(QueueSettings("in", forward_to="out"), QueueSettings("out"))
    after.restore(before.records)
    assert [sum(after[name].counts()) for name in ("in", "out")] == [1, 1]
    again = World(QueueSettings("in", forward_to="out"), QueueSettings("out"))
    again.restore([*before.records, *after.records])
    assert [sum(again[name].counts()) for name in ("in", "out")] == [1, 1]


def test_messages_without_a_session_do_not_fit_a_queue_that_requires_one_since_a_restart() -> None:
    before = World(QueueSettings("in"))
    before["in"].send(message("a"))
    after = World(QueueSettings("in", requires_session=True))
    with pytest.raises(UnfitDataError, match="a message of 'in' without the session"):
        after.restore(before.records)


def test_a_queue_that_is_gone_must_have_been_empty() -> None:
    before, after = World(QueueSettings("old")), World(QueueSettings("new"))
    before["old"].send(message("a"))
    with pytest.raises(UnfitDataError, match="messages of 'old', which is not configured"):
        after.restore(before.records)
    before["old"].receive_and_delete()
    after.restore(before.records)


def test_numbers_go_on_after_a_restart_though_nothing_was_stored() -> None:
    settings = QueueSettings("in", forward_to="out"), QueueSettings("out")
    world, restored = World(*settings), World(*settings)
    world["in"].send(message("a"))
    restored.restore(world.records)
    restored["in"].send(message("b"))
    assert [entry.first_number for entry in restored["out"].peek(0, 10)] == [1, 2]
