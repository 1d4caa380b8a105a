"""How fast the Service Bus emulator is with one client of the SDK, in memory and with its data on disk, in turn.

One after the other: what a client does that waits for each answer. Scheduled messages are sent by management
operation, as `schedule_messages` does; the burst is what falls due at one time.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Self

from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from rich.progress import track

from bench.emulator import running
from bench.part import Bench, Line, Part
from local.cloud import services

ROUNDS, QUICK_ROUNDS = 5, 1
MESSAGES, QUICK_MESSAGES = 1000, 20
BURST, QUICK_BURST = 10_000, 100
DUE_IN, QUICK_DUE_IN = 10.0, 2.0
"""Seconds; sending a burst takes less."""
AT_LEAST_OF_MEMORY = 0.5
BATCH = 500
QUEUE = "device-events"
BODY = b"x" * 700
"""As large as a message of the story."""

type Work = Callable[["Client"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Client:
    """One client of one emulator."""

    sender: ServiceBusSender
    receiver: ServiceBusReceiver
    messages: int

    @classmethod
    @asynccontextmanager
    async def of(cls, folder: Path, messages: int, data: Path | None) -> AsyncIterator[Self]:
        async with (
            running(services.servicebus(data), folder) as (_, (port, _)),
            ServiceBusClient.from_connection_string(services.servicebus_connection(port)) as client,
            client.get_queue_sender(QUEUE) as sender,
            client.get_queue_receiver(QUEUE) as receiver,
        ):
            yield cls(sender, receiver, messages)

    async def send(self) -> None:
        for _ in range(self.messages):
            await self.sender.send_messages(ServiceBusMessage(BODY))

    async def receive(self) -> None:
        left = self.messages
        while left:
            for message in await self.receiver.receive_messages(min(left, BATCH)):
                await self.receiver.complete_message(message)
                left -= 1

    async def schedule(self) -> None:
        later = datetime.now(UTC) + timedelta(days=1)
        for _ in range(self.messages):
            await self.sender.schedule_messages(ServiceBusMessage(BODY), later)


KINDS: dict[str, Work] = {"send": Client.send, "receive and complete": Client.receive, "schedule": Client.schedule}


async def measure(bench: Bench) -> Part:
    """Do the same with both in turn; then let many messages fall due at once."""
    rounds, messages = (QUICK_ROUNDS, QUICK_MESSAGES) if bench.is_quick else (ROUNDS, MESSAGES)
    data = bench.folder / "speed"
    (data / "bus").mkdir(parents=True)
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    async with Client.of(bench.folder, messages, None) as memory, Client.of(bench.folder, messages, data) as disk:
        for _ in track(range(rounds), "Bus, speed", console=bench.console):
            for kind, work in KINDS.items():
                found[kind].append((await _rate(memory, work), await _rate(disk, work)))
    seconds = await _burst(bench, *((QUICK_BURST, QUICK_DUE_IN) if bench.is_quick else (BURST, DUE_IN)))
    return _part(found, seconds)


async def _rate(client: Client, work: Work) -> float:
    """Return messages a second."""
    began = time.perf_counter()
    await work(client)
    return client.messages / (time.perf_counter() - began)


async def _burst(bench: Bench, number: int, due_in: float) -> float:
    """Return the seconds from when all messages are due until the last one is here."""
    data = bench.folder / "burst"
    (data / "bus").mkdir(parents=True)
    async with (
        running(services.servicebus(data), bench.folder) as (_, (port, _)),
        ServiceBusClient.from_connection_string(services.servicebus_connection(port)) as client,
        client.get_queue_sender(QUEUE) as sender,
        client.get_queue_receiver(
            QUEUE, receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE, prefetch_count=BATCH
        ) as receiver,
    ):
        due = datetime.now(UTC) + timedelta(seconds=due_in)
        for _ in track(range(0, number, BATCH), "Bus, messages due at once", console=bench.console):
            batch = [ServiceBusMessage(b"tick", scheduled_enqueue_time_utc=due) for _ in range(min(BATCH, number))]
            await sender.send_messages(batch)
        left = number
        while left > 0:
            left -= len(await receiver.receive_messages(BATCH, max_wait_time=2 * due_in))
        return (datetime.now(UTC) - due).total_seconds()


def _part(found: dict[str, list[tuple[float, float]]], burst: float) -> Part:
    lines, figures = list[Line](), {}
    for kind, pairs in found.items():
        memory, disk = (median(rates) for rates in zip(*pairs, strict=True))
        kept = median(on_disk / in_memory for in_memory, on_disk in pairs)
        lines.append(Line(f"{kind}, in memory", memory, "/s"))
        lines.append(Line(f"{kind}, with --data: of in memory", kept, at_least=AT_LEAST_OF_MEMORY))
        figures[kind] = {"in_memory_a_second": memory, "with_data_a_second": disk, "rounds": pairs}
    lines.append(Line("many due at one time: until the last is received", burst, "s"))
    return Part(lines, {**figures, "burst_seconds": burst})
