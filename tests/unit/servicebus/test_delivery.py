"""A delivery names what there is to name, as the service does."""

from local.servicebus.amqp.decoder import decode
from local.servicebus.amqp.sections import DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS, sections
from local.servicebus.amqp.types import UByte, Value
from local.servicebus.queues.queue import Queue
from local.servicebus.settings import QueueSettings
from local.servicebus.wire.delivery import render, render_unlocked
from tests.unit.servicebus.builders import SECOND, Clock, message


def annotations(encoded: bytes) -> dict[int, dict[str, Value]]:
    """Return the annotations of a message by section."""
    codes = (DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS)
    return {code: decode(encoded, value)[0] for code, _, value, _ in sections(encoded) if code in codes}


def test_a_message_that_waits_names_its_number_and_time_only() -> None:
    queue = Queue(QueueSettings("orders"), Clock(), lambda _: None)
    queue.send(message())
    found = annotations(render(queue.peek(0, 1)[0]))
    assert found == {DELIVERY_ANNOTATIONS: {}, MESSAGE_ANNOTATIONS: {**found[MESSAGE_ANNOTATIONS]}}
    assert set(found[MESSAGE_ANNOTATIONS]) == {"x-opt-sequence-number", "x-opt-enqueued-time"}


def test_a_priority_is_what_it_was_after_a_restart() -> None:
    """AMQP 3.2.1: an unsigned byte."""
    for priority in (UByte(4), 4):
        queue = Queue(QueueSettings("orders"), Clock(), lambda _: None)
        queue.send(message()._replace(priority=priority))
        assert b"\x50\x04" in render(queue.peek(0, 1)[0])[:12]


def test_a_locked_message_names_its_lock_to_its_holder_alone() -> None:
    queue = Queue(QueueSettings("orders"), Clock(), lambda _: None)
    queue.send(message())
    entry = queue.receive()
    assert entry is not None
    found = annotations(render(entry))
    assert found[DELIVERY_ANNOTATIONS] == {"x-opt-lock-token": entry.token}
    assert found[MESSAGE_ANNOTATIONS]["x-opt-locked-until"] == entry.locked_until
    assert "x-opt-locked-until" not in annotations(render_unlocked(entry))[MESSAGE_ANNOTATIONS]


def test_a_message_that_was_scheduled_names_its_state_and_later_its_first_number() -> None:
    clock = Clock()
    queue = Queue(QueueSettings("orders"), clock, lambda _: None)
    queue.send(message(scheduled_for=clock.now + SECOND))
    assert annotations(render(queue.peek(0, 1)[0]))[MESSAGE_ANNOTATIONS]["x-opt-message-state"] == 2
    clock.forward(SECOND)
    queue.advance()
    found = annotations(render(queue.peek(0, 1)[0]))[MESSAGE_ANNOTATIONS]
    assert (found["x-opt-sequence-number"], found["x-opt-enqueue-sequence-number"]) == (2, 1)
