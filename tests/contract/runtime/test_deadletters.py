"""Dead letters, in memory and in the emulator: seen without being touched, and removed only once handled."""

from collections.abc import AsyncIterator

import pytest

from shared.runtime.azure.connection import ConnectionString
from shared.runtime.azure.deadletters import AzureDeadLetters
from shared.runtime.bus import BusMessage
from shared.runtime.deadletters import DeadLetter, DeadLetters
from shared.runtime.memory.deadletters import MemoryDeadLetters
from tests.contract.runtime.queues import MAX_DELIVERIES, MemoryQueues, Queues


@pytest.fixture
async def letters(queues: Queues, request: pytest.FixtureRequest) -> AsyncIterator[DeadLetters]:
    if isinstance(queues, MemoryQueues):
        yield MemoryDeadLetters(queues.bus)
    else:
        yield AzureDeadLetters(ConnectionString(request.getfixturevalue("emulator").connection_string))


async def _die(queues: Queues, queue: str, *ids: str) -> None:
    await queues.bus.send(queue, [BusMessage(id_, id_.encode()) for id_ in ids])
    for _ in range(MAX_DELIVERIES * len(ids)):
        await queues.abandon(await queues.receive(queue))


async def test_what_was_delivered_too_often_is_seen_with_its_reason(
    queues: Queues, letters: DeadLetters, queue: str
) -> None:
    await _die(queues, queue, "a", "b")
    found = await letters.peek([queue], 10)
    assert [(one.queue, one.id, one.body, one.reason) for one in found] == [
        (queue, "a", b"a", "MaxDeliveryCountExceeded"),
        (queue, "b", b"b", "MaxDeliveryCountExceeded"),
    ]
    assert all(one.deliveries >= MAX_DELIVERIES for one in found)


async def test_looking_takes_nothing_away_and_no_more_than_asked_for(
    queues: Queues, letters: DeadLetters, queue: str
) -> None:
    await _die(queues, queue, "a", "b")
    assert [one.id for one in await letters.peek([queue], 1)] == ["a"]
    assert [one.id for one in await letters.peek([queue], 10)] == ["a", "b"]


async def test_only_as_many_as_asked_for_are_handed_over_and_removed(
    queues: Queues, letters: DeadLetters, queue: str
) -> None:
    await _die(queues, queue, "a", "b", "c")
    handled: list[str] = []

    async def handle(letter: DeadLetter) -> None:
        handled.append(letter.id)

    assert await letters.take(queue, 2, handle) == 2
    assert handled == ["a", "b"]
    assert [one.id for one in await letters.peek([queue], 10)] == ["c"]


async def test_what_could_not_be_handled_stays(queues: Queues, letters: DeadLetters, queue: str) -> None:
    await _die(queues, queue, "a", "b")

    async def fail_at_b(letter: DeadLetter) -> None:
        if letter.id == "b":
            raise LookupError

    with pytest.raises(LookupError):
        await letters.take(queue, 2, fail_at_b)
    assert [one.id for one in await letters.peek([queue], 10)] == ["b"]


async def test_several_queues_are_looked_at_in_turn(queues: Queues, letters: DeadLetters, queue: str) -> None:
    other = queue.replace("queue", "short-lock")
    await _die(queues, queue, "a", "b")
    await _die(queues, other, "c", "d")
    assert [(one.queue, one.id) for one in await letters.peek([other, queue], 1)] == [(other, "c"), (queue, "a")]


async def test_a_queue_without_dead_letters_gives_none(letters: DeadLetters, queue: str) -> None:
    assert await letters.peek([queue], 10) == []
