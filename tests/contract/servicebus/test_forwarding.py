"""Queues that forward, as the unmodified SDK sees them."""

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusError

from tests.cloud.servicebus import Emulator
from tests.contract.servicebus.links import client, ids, links, numbered, receive


async def test_a_message_goes_on_to_the_queue_that_its_queue_forwards_to(emulator: Emulator) -> None:
    async with links(emulator, "forwarded") as (direct, receiver), client(emulator) as opened:
        await direct.send_messages(ServiceBusMessage(b"hello", message_id="direct"))
        async with opened.get_queue_sender("forwarding") as sender:
            await sender.send_messages(numbered(2))
        messages = await receive(receiver, 3)
        assert ids(messages) == ["direct", "0", "1"]
        assert [message.sequence_number for message in messages] == [1, 2, 3]
        assert [message.enqueued_sequence_number for message in messages] == [None, 1, 2]
        for message in messages:
            await receiver.complete_message(message)


async def test_nobody_receives_from_a_queue_that_forwards(emulator: Emulator) -> None:
    async with client(emulator, retry_total=0) as opened:
        with pytest.raises(ServiceBusError, match="forwards its messages"):
            await opened.get_queue_receiver("forwarding").__aenter__()


async def test_dead_letters_go_on_with_where_they_come_from(emulator: Emulator) -> None:
    async with links(emulator, "troubled") as (sender, receiver), client(emulator) as opened:
        await sender.send_messages(ServiceBusMessage(b"hello", message_id="m-1"))
        (message,) = await receive(receiver)
        await receiver.dead_letter_message(message, reason="Unreadable")
        async with opened.get_queue_receiver("troubles") as troubles:
            (dead,) = await receive(troubles)
            assert (dead.message_id, dead.dead_letter_source, dead.dead_letter_reason) == (
                "m-1",
                "troubled",
                "Unreadable",
            )
