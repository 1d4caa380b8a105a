"""A queue of a million messages, on disk: filled, peeked into, killed, started again, drained; and its memory.

Raw frames, for the SDK would take most of the time. Not among the parts that run by default: it takes minutes.
"""

import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from azure.servicebus import ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from rich.progress import Progress

from bench.emulator import running
from bench.frames import Wire
from bench.part import Bench, Line, Part
from local.cloud import services
from local.cloud.child import Child
from local.cloud.errors import ServiceEnded

MESSAGES, QUICK_MESSAGES = 1_000_000, 2_000
STEP = 10_000
PAGE, PAGES = 100, 50
QUEUE = "device-events"
MEGABYTE = 1e6


@dataclass
class Memory:
    """Of a process, in megabytes; the largest it was when it was looked at."""

    process: psutil.Process
    most: float = 0

    def look(self) -> float:
        now = float(self.process.memory_info().rss) / MEGABYTE
        self.most = max(self.most, now)
        return now


async def measure(bench: Bench) -> Part:
    """Fill and kill one emulator; peek into and drain the one that comes after it."""
    data, number = bench.folder / "million", QUICK_MESSAGES if bench.is_quick else MESSAGES
    (data / "bus").mkdir(parents=True)
    with Progress(console=bench.console) as progress:
        filled, fill_seconds = await _filled(data, number, progress)
        began = time.perf_counter()
        async with _emulator(data) as (child, client):
            start_seconds, memory = time.perf_counter() - began, Memory(psutil.Process(child.pid))
            started = memory.look()
            async with client.get_queue_receiver(QUEUE) as receiver:
                peek_seconds = await _peeked(receiver, number)
            drain_seconds = await _drained(client, number, memory, progress)
            drained = memory.look()
    return Part(
        [
            Line(f"{number:,} messages: sent", number / fill_seconds, "/s"),
            Line("memory, filled: a message", filled / number * MEGABYTE, "bytes"),
            Line("start after kill -9", start_seconds, "s"),
            Line("memory, started: of what it was before", started / filled),
            Line(f"a page of {PAGE} peeked at anywhere", peek_seconds * 1e3, "ms"),
            Line("received and deleted", number / drain_seconds, "/s"),
            Line("memory while it is drained: of when it was started, at most", memory.most / started),
            Line("memory, empty: of when it was started", drained / started),
        ],
        {"messages": number, "filled_megabytes": filled, "started_megabytes": started, "most_megabytes": memory.most},
    )


async def _filled(data: Path, number: int, progress: Progress) -> tuple[float, float]:
    """Fill the queue, and kill the emulator; return its memory in megabytes, and the seconds it took."""
    seconds = 0.0
    try:
        async with _emulator(data) as (child, client), client.get_queue_sender(QUEUE) as sender:
            wire = await Wire.of(sender)
            for start in progress.track(range(0, number, STEP), description="Million, filling"):
                frames = wire.sends(min(STEP, number - start), start)
                began = time.perf_counter()
                await wire.exchange(frames)
                seconds += time.perf_counter() - began
            megabytes = Memory(psutil.Process(child.pid)).look()
            os.kill(child.pid, signal.SIGKILL)
            await child.ended()
    except ServiceEnded:
        return megabytes, seconds
    raise AssertionError("unreachable: the emulator was killed")


async def _peeked(receiver: ServiceBusReceiver, number: int) -> float:
    """Return the mean seconds of a page."""
    began = time.perf_counter()
    for page in range(PAGES):
        found = await receiver.peek_messages(PAGE, sequence_number=1 + page * (number // PAGES))
        assert found
    return (time.perf_counter() - began) / PAGES


async def _drained(client: ServiceBusClient, number: int, memory: Memory, progress: Progress) -> float:
    seconds = 0.0
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    async with client.get_queue_receiver(QUEUE, receive_mode=mode) as receiver:
        wire = await Wire.of(receiver)
        for start in progress.track(range(0, number, STEP), description="Million, draining"):
            began = time.perf_counter()
            await wire.taken(min(STEP, number - start), wire.credit(start, min(STEP, number - start)))
            seconds += time.perf_counter() - began
            memory.look()
    return seconds


@asynccontextmanager
async def _emulator(data: Path) -> AsyncIterator[tuple[Child, ServiceBusClient]]:
    async with (
        running(services.servicebus(data), data) as (child, (port, _)),
        ServiceBusClient.from_connection_string(services.servicebus_connection(port)) as client,
    ):
        yield child, client
