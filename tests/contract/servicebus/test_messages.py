"""What the unmodified SDK does with messages works as it does in the cloud."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from azure.servicebus import ServiceBusClient as SyncClient
from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode, ServiceBusSubQueue
from azure.servicebus._common import mgmt_handlers
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageProperties
from azure.servicebus.exceptions import (
    MessageLockLostError,
    MessageNotFoundError,
    MessageSizeExceededError,
    ServiceBusAuthenticationError,
    ServiceBusError,
)

from tests.cloud.servicebus import Emulator
from tests.contract.servicebus.links import PATIENCE, client, ids, links, numbered, receive


def soon(seconds: float) -> datetime:
    """Return a time to come."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def test_a_message_arrives_with_all_its_sender_gave_it(emulator: Emulator) -> None:
    async with links(emulator, "plain") as (sender, receiver):
        sent = ServiceBusMessage(
            b"hello",
            message_id="m-1",
            subject="greeting",
            correlation_id="c-1",
            content_type="text/plain",
            reply_to="answers",
            application_properties={"number": 7, "text": "seven", "yes": True},
            time_to_live=timedelta(minutes=5),
        )
        await sender.send_messages(sent)
        (message,) = await receive(receiver)
        assert (message.message_id, message.subject, message.correlation_id) == ("m-1", "greeting", "c-1")
        assert (message.content_type, message.reply_to) == ("text/plain", "answers")
        assert message.application_properties == {b"number": 7, b"text": b"seven", b"yes": True}
        assert (message.delivery_count, message.time_to_live) == (0, timedelta(minutes=5))
        assert b"".join(message.body) == b"hello"
        await receiver.complete_message(message)
        assert emulator.counts("plain")["completed"] == 1


async def test_a_batch_arrives_in_order(emulator: Emulator) -> None:
    async with links(emulator, "batches", prefetch_count=50) as (sender, receiver):
        await sender.send_messages(numbered(200))
        messages = await receive(receiver, 200)
        assert ids(messages) == [str(number) for number in range(200)]
        for message in messages:
            await receiver.complete_message(message)
        assert emulator.counts("batches")["completed"] == 200


async def test_large_messages_cross_in_many_frames(emulator: Emulator) -> None:
    async with links(emulator, "batch-sizes") as (sender, receiver):
        body = bytes(range(256)) * 1000
        for message in numbered(3, body):
            await sender.send_messages(message)
        for message in await receive(receiver, 3):
            assert b"".join(message.body) == body
            await receiver.complete_message(message)


async def test_a_message_scheduled_by_annotation_comes_when_it_is_due(emulator: Emulator) -> None:
    async with links(emulator, "annotated") as (sender, receiver):
        due = soon(1)
        await sender.send_messages(
            [ServiceBusMessage("later", scheduled_enqueue_time_utc=due), ServiceBusMessage("now")]
        )
        assert emulator.counts("annotated")["scheduled"] == 1
        first, second = await receive(receiver, 2)
        assert (str(first), str(second)) == ("now", "later")
        assert second.enqueued_time_utc is not None
        assert second.enqueued_time_utc >= due.replace(microsecond=due.microsecond // 1000 * 1000)


async def test_messages_are_scheduled_and_cancelled_by_management(emulator: Emulator) -> None:
    async with links(emulator, "managed") as (sender, receiver):
        kept, cancelled = await sender.schedule_messages(numbered(2), soon(2))
        await sender.cancel_scheduled_messages(cancelled)
        (message,) = await receive(receiver)
        assert message.message_id == "0"
        await receiver.complete_message(message)
        with pytest.raises(MessageNotFoundError):
            await sender.cancel_scheduled_messages(kept)
        assert emulator.counts("managed") == {
            "active": 0,
            "scheduled": 0,
            "locked": 0,
            "deferred": 0,
            "deadletter": 0,
            "sent": 2,
            "completed": 1,
            "duplicates": 0,
            "forwarded": 0,
        }


async def test_many_messages_are_due_at_once(emulator: Emulator) -> None:
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    async with links(emulator, "many-due", receive_mode=mode, prefetch_count=500) as (sender, receiver):
        due = soon(3)
        for start in range(0, 10_000, 500):
            await sender.send_messages(
                [
                    ServiceBusMessage(b"tick", message_id=str(start + number), scheduled_enqueue_time_utc=due)
                    for number in range(500)
                ]
            )
        messages = await receive(receiver, 10_000)
        assert sorted(ids(messages), key=lambda each: int(each or -1)) == [str(number) for number in range(10_000)]


async def test_peeking_locks_nothing_and_goes_on_where_it_ended(emulator: Emulator) -> None:
    async with links(emulator, "peeked") as (sender, receiver):
        assert await receiver.peek_messages(5) == []
        await sender.send_messages(numbered(5))
        assert ids(await receiver.peek_messages(3)) == ["0", "1", "2"]
        assert ids(await receiver.peek_messages(3)) == ["3", "4"]
        assert ids(await receiver.peek_messages(1, sequence_number=2)) == ["1"]
        assert emulator.counts("peeked")["active"] == 5


async def test_a_renewed_lock_holds_and_one_that_ended_does_not(emulator: Emulator) -> None:
    async with links(emulator, "renewed") as (sender, receiver):
        await sender.send_messages(numbered(2))
        renewed, ended = await receive(receiver, 2)
        async with client(emulator) as other, other.get_queue_receiver("renewed") as second:
            waiting = asyncio.create_task(receive(second))
            while not waiting.done():
                await receiver.renew_message_lock(renewed)
                await asyncio.wait([waiting], timeout=0.2)
            (again,) = waiting.result()
            assert (again.message_id, again.delivery_count) == ("1", 1)
        with pytest.raises(MessageLockLostError):
            await receiver.complete_message(ended)
        await receiver.complete_message(renewed)
        assert emulator.counts("renewed")["completed"] == 1


async def test_a_message_that_fails_every_time_becomes_a_dead_letter(emulator: Emulator) -> None:
    async with links(emulator, "two-tries") as (sender, receiver):
        await sender.send_messages(numbered(1))
        for count in range(2):
            (message,) = await receive(receiver)
            assert message.delivery_count == count
            await receiver.abandon_message(message)
        dead = await receive_dead_letter(emulator, "two-tries")
        assert dead == ("0", "MaxDeliveryCountExceeded", "Message could not be consumed after 2 delivery attempts.")
        assert emulator.counts("two-tries")["deadletter"] == 0


async def test_a_receiver_dead_letters_a_message_with_its_reason(emulator: Emulator) -> None:
    async with links(emulator, "dead") as (sender, receiver):
        await sender.send_messages(numbered(1))
        (message,) = await receive(receiver)
        await receiver.dead_letter_message(message, reason="Unreadable", error_description="line 3")
        assert emulator.counts("dead")["deadletter"] == 1
        assert await receive_dead_letter(emulator, "dead") == ("0", "Unreadable", "line 3")


async def test_a_message_expires_into_the_dead_letters_without_a_receiver(emulator: Emulator) -> None:
    async with client(emulator) as opened, opened.get_queue_sender("expiring") as sender:
        await sender.send_messages(numbered(1))
    message_id, reason, _ = await receive_dead_letter(emulator, "expiring")
    assert (message_id, reason) == ("0", "TTLExpiredException")


async def receive_dead_letter(emulator: Emulator, queue: str) -> tuple[str | None, str | None, str | None]:
    """Receive and complete a dead letter, and return its id, reason and description."""
    async with (
        client(emulator) as opened,
        opened.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver,
    ):
        (message,) = await receive(receiver)
        await receiver.complete_message(message)
        return message.message_id, message.dead_letter_reason, message.dead_letter_error_description


async def test_a_deferred_message_is_had_by_its_number(emulator: Emulator) -> None:
    async with links(emulator, "deferred") as (sender, receiver):
        await sender.send_messages(numbered(1))
        (message,) = await receive(receiver)
        await receiver.defer_message(message)
        assert emulator.counts("deferred")["deferred"] == 1
        assert message.sequence_number is not None
        (again,) = await receiver.receive_deferred_messages(message.sequence_number)
        assert again.delivery_count == 1
        await receiver.complete_message(again)
        with pytest.raises(MessageNotFoundError):
            await receiver.receive_deferred_messages(message.sequence_number)


async def test_a_message_received_and_deleted_needs_no_settlement(emulator: Emulator) -> None:
    async with links(emulator, "deleted", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE) as (sender, receiver):
        await sender.send_messages(numbered(1))
        assert ids(await receive(receiver)) == ["0"]
        assert emulator.counts("deleted")["completed"] == 1


async def test_a_repeated_message_is_accepted_and_dropped(emulator: Emulator) -> None:
    async with client(emulator) as opened, opened.get_queue_sender("duplicates") as sender:
        await sender.send_messages(numbered(2))
        await sender.send_messages(numbered(3))
        await sender.schedule_messages(numbered(1), soon(60))
        counts = emulator.counts("duplicates")
        assert (counts["active"], counts["sent"], counts["duplicates"], counts["scheduled"]) == (3, 3, 3, 0)


async def test_what_is_too_large_is_refused_and_the_sender_goes_on(emulator: Emulator) -> None:
    async with client(emulator) as opened, opened.get_queue_sender("too-large") as sender:
        with pytest.raises(MessageSizeExceededError):
            await sender.send_messages(ServiceBusMessage(b"x" * 300_000))
        with pytest.raises(ServiceBusError, match="129 characters"):
            await sender.send_messages(
                AmqpAnnotatedMessage(data_body=b"", properties=AmqpMessageProperties(message_id="x" * 129))
            )
        await sender.send_messages(numbered(1))
        assert emulator.counts("too-large")["sent"] == 1


async def test_nothing_is_scheduled_into_dead_letters_and_no_page_is_less_than_one(emulator: Emulator) -> None:
    async with links(emulator, "dead-managed") as (sender, receiver):
        await sender.send_messages(numbered(1))
        (message,) = await receive(receiver)
        await receiver.dead_letter_message(message)
        async with (
            client(emulator, retry_total=0) as opened,
            opened.get_queue_receiver("dead-managed", sub_queue=ServiceBusSubQueue.DEAD_LETTER) as dead,
        ):
            scheduled = {"messages": [{"message-id": "m", "message": b"\x00\x53\x75\xa0\x05sched"}]}
            for operation, body in (
                (b"com.microsoft:schedule-message", scheduled),
                (b"com.microsoft:peek-message", {"from-sequence-number": 1, "message-count": -1}),
            ):
                with pytest.raises(ServiceBusError):
                    await dead._mgmt_request_response_with_retry(operation, body, mgmt_handlers.default)  # noqa: SLF001
            assert ids(await dead.peek_messages(5)) == ["0"]


async def test_a_queue_that_is_not_there_is_not_found(emulator: Emulator) -> None:
    async with client(emulator, retry_total=0) as opened:
        with pytest.raises(ServiceBusAuthenticationError):  # what the SDK makes of the 404 for its token
            await opened.get_queue_sender("nowhere").__aenter__()


async def test_a_wrong_key_is_refused(emulator: Emulator) -> None:
    stranger = emulator.connection_string.replace("SAS_KEY_VALUE", "ANOTHER_KEY")
    async with ServiceBusClient.from_connection_string(stranger, retry_total=0) as opened:
        with pytest.raises(ServiceBusAuthenticationError):
            await opened.get_queue_sender("foreign").__aenter__()


def test_the_synchronous_sdk_works_too(emulator: Emulator) -> None:
    with (
        SyncClient.from_connection_string(emulator.connection_string) as opened,
        opened.get_queue_sender("sync") as sender,
        opened.get_queue_receiver("sync") as receiver,
    ):
        sender.send_messages(numbered(3))
        sender.schedule_messages(numbered(1), soon(60))
        messages = receiver.receive_messages(3, max_wait_time=PATIENCE)
        assert ids(messages) == ["0", "1", "2"]
        for message in messages:
            receiver.renew_message_lock(message)
            receiver.complete_message(message)
    counts = emulator.counts("sync")
    assert (counts["completed"], counts["scheduled"]) == (3, 1)


async def test_messages_of_a_closed_receiver_stay_locked(emulator: Emulator) -> None:
    async with links(emulator, "reopened") as (sender, receiver):
        await sender.send_messages(numbered(1))
        await receive(receiver)
    assert emulator.counts("reopened")["locked"] == 1
