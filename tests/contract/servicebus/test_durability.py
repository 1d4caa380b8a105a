"""What the emulator answered is still true after it was killed."""

import asyncio
import gc
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusSender
from azure.servicebus.exceptions import ServiceBusError

from tests.cloud.servicebus import Emulator, running_emulator
from tests.contract.servicebus.links import client, ids, links, numbered, receive

QUEUE = "durable"

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""The SDK leaves sockets open whose server died."""


@pytest.fixture(autouse=True)
def _collect_what_the_sdk_left() -> Iterator[None]:
    yield
    gc.collect()


async def test_sends_scheduled_messages_and_settlements_survive_a_kill(config: Path, tmp_path: Path) -> None:
    with running_emulator(tmp_path, config) as emulator:
        async with links(emulator, QUEUE) as (sender, receiver):
            await sender.send_messages(numbered(6))
            completed, abandoned, deferred, dead, held = await receive(receiver, 5)
            due = datetime.now(UTC) + timedelta(seconds=3600)
            (scheduled,) = await sender.schedule_messages([ServiceBusMessage("later", message_id="later")], due)
            await receiver.complete_message(completed)
            await receiver.abandon_message(abandoned)
            await receiver.defer_message(deferred)
            await receiver.dead_letter_message(dead)
            emulator.kill()
        emulator.start()
        counts = emulator.counts(QUEUE)
        assert (counts["active"], counts["scheduled"], counts["deferred"], counts["deadletter"]) == (3, 1, 1, 1)
        async with links(emulator, QUEUE) as (sender, receiver):
            messages = await receive(receiver, 3)
            assert [(each.message_id, each.delivery_count) for each in messages] == [("1", 1), ("4", 0), ("5", 0)]
            assert messages[1].sequence_number == held.sequence_number
            await sender.send_messages(numbered(6))
            assert emulator.counts(QUEUE)["duplicates"] == 6
            await sender.send_messages(ServiceBusMessage("next", message_id="next"))
            (following,) = await receive(receiver)
            assert following.sequence_number == scheduled + 1


async def test_no_answered_send_is_lost_and_none_is_doubled_by_kills_while_sending(
    config: Path, tmp_path: Path
) -> None:
    with running_emulator(tmp_path, config) as emulator:
        answered: list[str] = []
        sending = asyncio.create_task(send_for_ever(emulator, answered))
        for goal in (100, 200, 300):
            await until_answered(answered, goal, sending)
            emulator.kill()
            emulator.start()
        await until_answered(answered, 400, sending)
        sending.cancel()
        await asyncio.wait([sending])
        received = await receive_all(emulator)
        assert len(received) == len(set(received))
        assert set(answered) <= set(received)
        assert len(received) - len(answered) <= 1


async def send_for_ever(emulator: Emulator, answered: list[str]) -> None:
    """Send one message after the other, each until it is answered; note those that were."""
    while True:
        async with client(emulator) as opened, opened.get_queue_sender(QUEUE) as sender:
            await send_until_it_breaks(sender, answered)


async def send_until_it_breaks(sender: ServiceBusSender, answered: list[str]) -> None:
    """Send until the connection is gone for good; the message then under way is the next one's first."""
    while True:
        message_id = str(len(answered))
        try:
            await sender.send_messages(ServiceBusMessage(b"hello", message_id=message_id))
        except ServiceBusError:
            return
        answered.append(message_id)


async def until_answered(answered: Sequence[str], goal: int, sending: asyncio.Task[None]) -> None:
    """Wait until so many sends were answered."""
    while len(answered) < goal:
        await asyncio.wait([sending], timeout=0.01)
        assert not sending.done(), sending.exception()


async def receive_all(emulator: Emulator) -> list[str | None]:
    """Receive and delete what is there."""
    count = emulator.counts(QUEUE)["active"]
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    async with links(emulator, QUEUE, receive_mode=mode, prefetch_count=100) as (_, receiver):
        return ids(await receive(receiver, count))


async def test_a_client_goes_on_after_the_emulator_was_restarted(config: Path, tmp_path: Path) -> None:
    with running_emulator(tmp_path, config) as emulator:
        async with links(emulator, QUEUE) as (sender, receiver):
            await sender.send_messages(numbered(1))
            emulator.restart()
            assert ids(await receive(receiver)) == ["0"]
            await sender.send_messages(ServiceBusMessage("next", message_id="next"))
            assert ids(await receive(receiver)) == ["next"]


async def test_a_journal_of_settled_messages_is_compacted_and_still_true(config: Path, tmp_path: Path) -> None:
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    with running_emulator(tmp_path, config) as emulator:
        async with links(emulator, QUEUE, receive_mode=mode) as (sender, receiver):
            due = datetime.now(UTC) + timedelta(seconds=3600)
            await sender.send_messages(ServiceBusMessage("x", message_id="kept", scheduled_enqueue_time_utc=due))
            journal, sizes = tmp_path / "journal", [0]
            while sizes[-1] <= (size := journal.stat().st_size):
                assert size < 64 * 1024 * 1024, "the journal is never compacted"
                sizes.append(size)
                await sender.send_messages(ServiceBusMessage(b"x" * 250_000))
                await receive(receiver)
            emulator.restart()
            counts = emulator.counts(QUEUE)
            assert (counts["active"], counts["scheduled"]) == (0, 1)
            await sender.send_messages(ServiceBusMessage("x", message_id="kept"))
            assert emulator.counts(QUEUE)["duplicates"] == 1


async def test_a_graceful_stop_keeps_everything_too(config: Path, tmp_path: Path) -> None:
    with running_emulator(tmp_path, config) as emulator:
        async with client(emulator) as opened, opened.get_queue_sender(QUEUE) as sender:
            await sender.send_messages(numbered(3))
            assert emulator.stop() == 0
        emulator.start()
        assert emulator.counts(QUEUE)["active"] == 3
