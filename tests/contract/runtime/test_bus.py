"""What every Bus does."""

import asyncio
from datetime import timedelta

import pytest

from shared.runtime.bus import MAX_MESSAGE_BYTES, BusMessage
from shared.runtime.errors import TooLarge
from tests.contract.runtime.queues import MAX_DELIVERIES, Queues, Received


def messages(*names: str, body: bytes = b"{}") -> list[BusMessage]:
    return [BusMessage(name, body) for name in names]


async def completed(queues: Queues, queue: str) -> Received:
    message = await queues.receive(queue)
    assert await queues.complete(message)
    return message


async def names_up_to(queues: Queues, queue: str, last: str) -> list[str]:
    """Complete messages until the last one came: a test that expects no more sends itself an end mark."""
    found = [(await completed(queues, queue)).id]
    while found[-1] != last:
        found.append((await completed(queues, queue)).id)
    return found


async def test_a_message_arrives_as_it_was_sent(queues: Queues, queue: str) -> None:
    body = '{"text": "Straße 🎫"}'.encode() + bytes(range(256))
    await queues.bus.send(queue, [BusMessage("m", body)])
    message = await completed(queues, queue)
    assert (message.id, message.body, message.deliveries) == ("m", body, 1)


async def test_sending_nothing_is_done_at_once(queues: Queues, queue: str) -> None:
    await queues.bus.send(queue, [])
    await queues.bus.send(queue, messages("end"))
    assert await names_up_to(queues, queue, "end") == ["end"]


async def test_messages_arrive_in_the_order_they_were_sent(queues: Queues, queue: str) -> None:
    names = [f"m{n}" for n in range(30)]
    for start in range(0, 20, 2):
        await queues.bus.send(queue, messages(*names[start : start + 2]))
    for name in names[20:]:
        await queues.bus.send(queue, messages(name))
    assert await names_up_to(queues, queue, names[-1]) == names


async def test_concurrent_sends_all_arrive(queues: Queues, queue: str) -> None:
    names = {f"m{n}" for n in range(20)}
    await asyncio.gather(*(queues.bus.send(queue, messages(name)) for name in names))
    await queues.bus.send(queue, messages("end"))
    assert set(await names_up_to(queues, queue, "end")) == names | {"end"}


async def test_a_batch_larger_than_the_broker_takes_goes_in_several(queues: Queues, queue: str) -> None:
    body = b"x" * (MAX_MESSAGE_BYTES // 2)
    names = [f"m{n}" for n in range(7)]
    await queues.bus.send(queue, messages(*names, body=body))
    received = [await completed(queues, queue) for _ in names]
    assert [message.id for message in received] == names
    assert all(message.body == body for message in received)


async def test_the_largest_message_fits_and_a_larger_one_is_refused(queues: Queues, queue: str) -> None:
    await queues.bus.send(queue, messages("largest", body=b"x" * MAX_MESSAGE_BYTES))
    with pytest.raises(TooLarge):
        await queues.bus.send(queue, [*messages("small"), *messages("larger", body=b"x" * (MAX_MESSAGE_BYTES + 1))])
    await queues.bus.send(queue, messages("end"))
    assert await names_up_to(queues, queue, "end") == ["largest", "end"]


async def test_a_repeated_id_is_dropped(queues: Queues, queue: str) -> None:
    await queues.bus.send(queue, messages("a", body=b"first"))
    await queues.bus.send(queue, messages("a", "b", "b", body=b"second"))
    first = await completed(queues, queue)
    assert (first.id, first.body) == ("a", b"first")
    await queues.bus.send(queue, messages("a", "end"))
    assert await names_up_to(queues, queue, "end") == ["b", "end"]


async def test_the_same_id_in_another_queue_is_another_message(queues: Queues, queue: str, short_lock: str) -> None:
    await queues.bus.send(queue, messages("a"))
    await queues.bus.send(short_lock, messages("a"))
    assert (await queues.receive(short_lock)).id == "a"
    assert (await queues.receive(queue)).id == "a"


async def test_a_scheduled_message_does_not_come_before_it_is_due(queues: Queues, queue: str) -> None:
    due = queues.now() + timedelta(seconds=2)
    await queues.bus.send(queue, [BusMessage("later", b"{}", due), BusMessage("now", b"{}")])
    await queues.bus.send(queue, [BusMessage("later", b"{}"), BusMessage("past", b"{}", due - timedelta(days=1))])
    arrived = {}
    for _ in range(3):
        message = await completed(queues, queue)
        arrived[message.id] = queues.now()
    assert arrived.keys() == {"now", "past", "later"}
    assert arrived["later"] >= due


async def test_an_abandoned_message_comes_back_at_once(queues: Queues, queue: str) -> None:
    await queues.bus.send(queue, messages("a", "b"))
    await queues.abandon(await queues.receive(queue))
    again = await completed(queues, queue)
    assert (again.id, again.deliveries) == ("a", 2)
    assert (await completed(queues, queue)).id == "b"


async def test_a_locked_message_does_not_hold_up_the_next(queues: Queues, queue: str) -> None:
    await queues.bus.send(queue, messages("a", "b"))
    first, second = await queues.receive(queue), await queues.receive(queue)
    assert (first.id, second.id) == ("a", "b")
    assert await queues.complete(second)
    assert await queues.complete(first)


async def test_what_is_delivered_too_often_becomes_a_dead_letter(queues: Queues, queue: str) -> None:
    await queues.bus.send(queue, messages("poison", "end"))
    for delivery in range(MAX_DELIVERIES):
        message = await queues.receive(queue)
        assert (message.id, message.deliveries) == ("poison", delivery + 1)
        await queues.abandon(message)
    assert await names_up_to(queues, queue, "end") == ["end"]
    assert (await queues.dead(queue)).id == "poison"


async def test_an_expired_lock_settles_nothing(queues: Queues, short_lock: str) -> None:
    await queues.bus.send(short_lock, messages("a"))
    slow = await queues.receive(short_lock)
    other = await queues.receive(short_lock)
    assert (other.id, other.deliveries) == ("a", 2)
    assert not await queues.complete(slow)
    third = await queues.receive(short_lock)
    assert (third.id, third.deliveries) == ("a", 3)


async def test_a_completed_message_does_not_come_back(queues: Queues, queue: str) -> None:
    await queues.bus.send(queue, messages("a", "end"))
    message = await queues.receive(queue)
    assert await queues.complete(message)
    assert await names_up_to(queues, queue, "end") == ["end"]
