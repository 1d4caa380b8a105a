"""The Service Bus emulator against a bare asyncio server that answers the same frames with the same bytes.

Raw frames both times (see `bench.frames`), from one client, in turn: sent and acknowledged, then received and
completed. The emulator keeps its messages on disk, as it does in `make run`, and knows repeated ids.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self

import psutil
from azure.servicebus.aio import ServiceBusClient
from rich.progress import track

from bench.frames import Wire, delivery_of
from bench.part import Bench, Line, Part
from local.cloud import services
from local.cloud.child import Child, Service

ROUNDS, QUICK_ROUNDS = 7, 1
MESSAGES, QUICK_MESSAGES = 2000, 50
QUEUE = "trigger-events"
KINDS = ("send", "receive and complete")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one message."""

    seconds: float
    cpu: float


class Clock:
    """Times what a server is asked to do: each `with` adds to it."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._cpu = self._seconds = 0.0

    def __enter__(self) -> Self:
        self._cpu -= self._used()
        self._seconds -= time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds += time.perf_counter()
        self._cpu += self._used()

    def cost(self, messages: int) -> Cost:
        return Cost(self._seconds / messages, self._cpu / messages)

    def _used(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system


async def measure(bench: Bench) -> Part:
    """Play rounds against both, and compare what a message costs."""
    (bench.folder / "bus").mkdir()
    async with (
        running(services.servicebus(bench.folder), bench.folder) as (broker, (port, _)),
        running(_echo(), bench.folder) as (echo, (echo_port,)),
        ServiceBusClient.from_connection_string(services.servicebus_connection(port)) as client,
        client.get_queue_sender(QUEUE) as sender,
        client.get_queue_receiver(QUEUE) as receiver,
    ):
        rounds, messages = (QUICK_ROUNDS, QUICK_MESSAGES) if bench.is_quick else (ROUNDS, MESSAGES)
        out, back = await Wire.of(sender), await Wire.of(receiver)
        found: dict[str, list[tuple[Cost, Cost]]] = {kind: [] for kind in KINDS}
        for turn in track(range(rounds), "Emulator", console=bench.console):
            sends = out.sends(messages, turn * messages)
            with Clock(broker.pid) as clock:
                answers = await out.exchange(sends)
            sent = clock.cost(messages)
            found["send"].append((sent, await _bare(echo, echo_port, sends, answers[0])))
            handed, frames, settled, taken = await _drained(broker, back, turn, messages)
            bare = await _bare(echo, echo_port, frames, settled, handed)
            found["receive and complete"].append((taken, bare))
    return _part(found)


async def _drained(broker: Child, wire: Wire, turn: int, messages: int) -> tuple[bytes, list[bytes], bytes, Cost]:
    """Receive and complete what was sent; return a delivery, the completions, an answer to one, and the cost."""
    clock = Clock(broker.pid)
    with clock:
        handed = await wire.taken(messages, wire.credit(turn * messages, messages))
    frames = wire.completions(messages, delivery_of(handed[0]))
    with clock:
        answers = await wire.exchange(frames)
    return handed[0], frames, answers[0], clock.cost(messages)


async def _bare(echo: Child, port: int, frames: list[bytes], answer: bytes, stock: bytes = b"") -> Cost:
    """Exchange the same frames with the server that does nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    wire = Wire(reader, writer)
    order = {"answer": answer.hex(), "stock": stock.hex(), "times": len(frames)}
    writer.write(json.dumps(order).encode() + b"\n")
    with Clock(echo.pid) as clock:
        if stock:
            await wire.taken(len(frames), wire.credit(0, len(frames)))
        await wire.exchange(frames)
    cost = clock.cost(len(frames))
    writer.close()
    await writer.wait_closed()
    return cost


@asynccontextmanager
async def running(service: Service, folder: Path) -> AsyncIterator[tuple[Child, tuple[int, ...]]]:
    """Run a service, and yield it with the ports that it named."""
    child = await Child.start(service, services.ROOT, folder)
    try:
        found = await child.until_ready()
        yield child, tuple(int(group) for group in found.groups())
    finally:
        await child.stop()


def _echo() -> Service:
    return Service("echo", [sys.executable, "-u", "-m", "bench.echo"], ready=r"listening on (\d+)")


def _part(found: dict[str, list[tuple[Cost, Cost]]]) -> Part:
    lines, figures = list[Line](), {}
    for kind, pairs in found.items():
        throughput = [bare.seconds / ours.seconds for ours, bare in pairs]
        lines.append(Line(f"emulator, {kind}: throughput, of a bare echo", median(throughput)))
        figures[kind] = {
            "throughput_over_echo": throughput,
            "messages_a_second": [1 / ours.seconds for ours, _ in pairs],
            "cpu_microseconds": [1e6 * ours.cpu for ours, _ in pairs],
            "echo_cpu_microseconds": [1e6 * bare.cpu for _, bare in pairs],
        }
    return Part(lines, figures)
