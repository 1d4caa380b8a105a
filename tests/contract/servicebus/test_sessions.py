"""What the unmodified SDK does with sessions works as it does in the cloud."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage, ServiceBusReceiveMode, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import (
    OperationTimeoutError,
    ServiceBusError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

from tests.cloud.servicebus import Emulator, running_emulator
from tests.contract.servicebus.links import client, ids, receive


def in_session(session_id: str, *message_ids: str) -> list[ServiceBusMessage]:
    """Return messages of a session."""
    return [ServiceBusMessage(b"hello", session_id=session_id, message_id=each) for each in message_ids]


async def send(opened: ServiceBusClient, queue: str, messages: list[ServiceBusMessage]) -> None:
    """Send one after the other."""
    async with opened.get_queue_sender(queue) as sender:
        for message in messages:
            await sender.send_messages(message)


@asynccontextmanager
async def accepted(
    opened: ServiceBusClient, queue: str, session_id: Any = NEXT_AVAILABLE_SESSION, **options: Any
) -> AsyncIterator[ServiceBusReceiver]:
    """Hold a session, of any id or the one named."""
    async with opened.get_queue_receiver(queue, session_id=session_id, **options) as receiver:
        yield receiver


async def test_a_session_is_received_in_order_by_its_id(emulator: Emulator) -> None:
    async with client(emulator) as opened:
        await send(opened, "sessions", [*in_session("a", "a1"), *in_session("b", "b1"), *in_session("a", "a2")])
        async with accepted(opened, "sessions", "a") as receiver:
            messages = await receive(receiver, 2)
            assert ids(messages) == ["a1", "a2"]
            assert (receiver.session.locked_until_utc or datetime.min.replace(tzinfo=UTC)) > datetime.now(UTC)
            for message in messages:
                assert message.session_id == "a"
                await receiver.complete_message(message)
        assert emulator.counts("sessions")["active"] == 1


async def test_the_next_session_is_waited_for_and_had_by_one(emulator: Emulator) -> None:
    async with client(emulator) as opened:

        async def session_id() -> str:
            async with accepted(opened, "next-session") as receiver:
                (message,) = await receive(receiver)
                await receiver.complete_message(message)
                return receiver.session.session_id

        waiting = [asyncio.create_task(session_id()) for _ in range(2)]
        await send(opened, "next-session", [*in_session("a", "a1"), *in_session("b", "b1")])
        assert sorted(await asyncio.gather(*waiting)) == ["a", "b"]


async def test_waiting_for_any_session_ends_when_its_time_is_over(emulator: Emulator) -> None:
    async with client(emulator, retry_total=0) as opened:
        with pytest.raises(OperationTimeoutError):
            await opened.get_queue_receiver(
                "no-session", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=0.2
            ).__aenter__()
        await send(opened, "no-session", in_session("a", "a1"))
        async with accepted(opened, "no-session") as receiver:
            assert ids(await receive(receiver)) == ["a1"]


async def test_a_session_that_another_has_is_refused(emulator: Emulator) -> None:
    async with client(emulator, retry_total=0) as opened, accepted(opened, "held-session", "a"):
        with pytest.raises(SessionCannotBeLockedError):
            await opened.get_queue_receiver("held-session", session_id="a").__aenter__()


async def test_a_session_keeps_a_state(emulator: Emulator) -> None:
    async with client(emulator) as opened:
        async with accepted(opened, "session-state", "a") as receiver:
            assert await receiver.session.get_state() is None
            await receiver.session.set_state(b"half way")
        async with accepted(opened, "session-state", "a") as receiver:
            assert await receiver.session.get_state() == b"half way"
            assert [each async for each in opened.list_queue_sessions("session-state")] == ["a"]
            await receiver.session.set_state(None)
        assert [each async for each in opened.list_queue_sessions("session-state")] == []


async def test_a_renewed_session_is_kept_and_one_that_is_not_is_lost(emulator: Emulator) -> None:
    async with client(emulator, retry_total=0) as opened:
        await send(opened, "short-sessions", [*in_session("a", "a1"), *in_session("b", "b1")])
        async with accepted(opened, "short-sessions", "a") as kept, accepted(opened, "short-sessions", "b") as lost:
            (message,) = await receive(kept)
            await receive(lost)
            async with client(emulator) as other:
                waiting = asyncio.create_task(next_message_of_session(other, "b"))
                while not waiting.done():
                    await kept.session.renew_lock()
                    await asyncio.wait([waiting], timeout=0.2)
                assert waiting.result() == ("b1", 1)
            await kept.complete_message(message)
            with pytest.raises(SessionLockLostError):
                await lost.session.get_state()


async def next_message_of_session(opened: ServiceBusClient, session_id: str) -> tuple[str | None, int | None]:
    """Try until the session can be had; return the id and the delivery count of its next message."""
    while True:
        try:
            async with accepted(opened, "short-sessions", session_id) as receiver:
                (message,) = await receive(receiver)
                await receiver.complete_message(message)
                return message.message_id, message.delivery_count
        except SessionCannotBeLockedError:
            continue


async def test_deferred_messages_are_had_from_their_session(emulator: Emulator) -> None:
    async with client(emulator) as opened:
        await send(opened, "deferred-in-session", in_session("a", "a1"))
        async with accepted(opened, "deferred-in-session", "a") as receiver:
            (message,) = await receive(receiver)
            await receiver.defer_message(message)
            assert message.sequence_number is not None
        async with accepted(opened, "deferred-in-session", "a") as receiver:
            (again,) = await receiver.receive_deferred_messages(message.sequence_number)
            await receiver.complete_message(again)
        assert emulator.counts("deferred-in-session")["completed"] == 1


async def test_a_receiver_peeks_into_its_own_session(emulator: Emulator) -> None:
    async with client(emulator) as opened:
        await send(opened, "peeked-session", [*in_session("a", "a1"), *in_session("b", "b1"), *in_session("a", "a2")])
        async with accepted(opened, "peeked-session", "a") as receiver:
            assert ids(await receiver.peek_messages(10)) == ["a1", "a2"]


async def test_a_session_is_received_and_deleted(emulator: Emulator) -> None:
    async with client(emulator) as opened:
        await send(opened, "deleted-session", in_session("a", "a1"))
        mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
        async with accepted(opened, "deleted-session", receive_mode=mode) as receiver:
            assert ids(await receive(receiver)) == ["a1"]
        assert sum(emulator.counts("deleted-session").values()) == 2  # sent and completed


async def test_whoever_receives_and_deletes_learns_that_its_session_is_lost_when_there_would_be_more(
    emulator: Emulator,
) -> None:
    async with client(emulator, retry_total=0) as opened:
        await send(opened, "lapsing-session", in_session("a", "a1"))
        mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
        async with accepted(opened, "lapsing-session", "a", receive_mode=mode) as receiver:
            assert ids(await receive(receiver)) == ["a1"]
            assert await receiver.receive_messages(max_wait_time=1.5) == []
            await send(opened, "lapsing-session", in_session("a", "a2"))
            with pytest.raises(SessionLockLostError):
                await receive(receiver)
        assert emulator.counts("lapsing-session")["active"] == 1


async def test_dead_letters_of_a_session_are_had_without_one(emulator: Emulator) -> None:
    async with client(emulator) as opened:
        await send(opened, "dead-session", in_session("a", "a1"))
        async with accepted(opened, "dead-session", "a") as receiver:
            (message,) = await receive(receiver)
            await receiver.dead_letter_message(message, reason="Unreadable")
        async with opened.get_queue_receiver("dead-session", sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
            (dead,) = await receive(receiver)
            assert (dead.session_id, dead.dead_letter_reason) == ("a", "Unreadable")
            await receiver.complete_message(dead)


async def test_a_queue_takes_only_what_and_whom_it_is_for(emulator: Emulator) -> None:
    async with client(emulator, retry_total=0) as opened:
        with pytest.raises(ServiceBusError, match="SessionId was not set"):
            await send(opened, "strict-sessions", [ServiceBusMessage(b"hello")])
        with pytest.raises(ServiceBusError, match="requires sessions"):
            await opened.get_queue_receiver("strict-sessions").__aenter__()
        with pytest.raises(ServiceBusError, match="has no sessions"):
            await opened.get_queue_receiver("plain", session_id="a").__aenter__()
        assert emulator.counts("strict-sessions")["sent"] == 0


async def test_sessions_and_their_states_survive_a_kill(config: Any, tmp_path: Any) -> None:
    with running_emulator(tmp_path, config) as emulator:
        async with client(emulator) as opened:
            await send(opened, "sessions", in_session("a", "a1"))
            async with accepted(opened, "sessions", "a") as receiver:
                await receiver.session.set_state(b"half way")
        emulator.restart()
        async with client(emulator) as opened, accepted(opened, "sessions") as receiver:
            assert await receiver.session.get_state() == b"half way"
            assert ids(await receive(receiver)) == ["a1"]
