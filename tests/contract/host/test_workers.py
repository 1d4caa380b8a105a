"""Several processes that run one app: `--workers`."""

import asyncio
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from tests.cloud.host import Host, HostError, running_host
from tests.cloud.servicebus import Emulator
from tests.contract.host.apps import write_app
from tests.contract.host.bus import Bus
from tests.contract.host.waiting import LIMIT_SECONDS, eventually, until, wait_for_output

TWO = ("--workers", "2")
PID = """
import os

@app.route(route="pid", auth_level="anonymous")
async def pid(req: func.HttpRequest) -> str:
    return str(os.getpid())
"""
HELD = """
@app.route(route="held", auth_level="anonymous")
async def held(req: func.HttpRequest) -> str:
    print("in hand:", os.getpid(), flush=True)
    while not os.path.exists("release"):
        await asyncio.sleep(0.02)
    return "finished"
"""
TICK = """
import datetime

@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
async def tick(timer: func.TimerRequest) -> None:
    print("tick", os.getpid(), datetime.datetime.now().second, flush=True)
"""
BUSY = """
@app.service_bus_queue_trigger(arg_name="message", queue_name="own", connection="Bus")
async def busy(message: func.ServiceBusMessage) -> None: ...
"""
BREAKING = """
if os.path.exists("broken"):
    raise RuntimeError("broken")
"""

ONE_STARTS = """
import time

try:
    os.mkdir("taken")
except FileExistsError:
    time.sleep(1000)
"""


async def workers(host: Host, count: int = 2, without: frozenset[int] = frozenset()) -> set[int]:
    """The processes that answer; each question is a connection of its own."""
    found: set[int] = set()
    async with asyncio.timeout(LIMIT_SECONDS):
        while len(found) < count:
            async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
                found |= {int((await client.get("/api/pid")).text)} - without
    return found


def ticks(host: Host) -> list[tuple[int, int]]:
    """Which process ran the timer in which second."""
    lines = [line.split() for line in host.output.splitlines() if line.startswith("tick ")]
    return [(int(pid), int(second)) for _, pid, second in lines]


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@contextmanager
def no_more_files(host: Host) -> Iterator[None]:
    """The host can open nothing inside the block, so that it can start no process."""
    soft, hard = resource.prlimit(host.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(host.pid, resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(host.pid, resource.RLIMIT_NOFILE, (soft, hard))


async def test_they_answer_on_one_port_and_end_together(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID), options=TWO) as host:
        pids = await workers(host)
        assert host.pid not in pids
        assert host.output.count(f"[ALL] {host.url}/api/pid") == 1
        assert await asyncio.to_thread(host.stop) == 0
    assert [pid for pid in pids if is_alive(pid)] == []


async def test_what_runs_is_shown_as_soon_as_one_of_them_answers(tmp_path: Path) -> None:
    """The second is held up; so a host that is stopped before that has shown what it ran."""
    app = write_app(tmp_path, PID, ONE_STARTS)
    host = Host(app, app / "local.settings.json", tmp_path / "host.log", TWO)
    host.log.touch()
    starting = asyncio.create_task(asyncio.to_thread(host.start))
    await wait_for_output(host, "/api/pid\n")
    assert "Functions:" in host.output
    host.terminate()
    with pytest.raises(HostError) as end:
        await starting
    assert end.value.code == 0
    assert "Host ready" not in host.output


async def test_one_that_dies_is_replaced_and_told_of(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID), options=TWO) as host:
        victim, other = await workers(host)
        os.kill(victim, signal.SIGKILL)
        await wait_for_output(host, f"(pid {victim}) ended by SIGKILL; another starts")
        assert other in await workers(host, without=frozenset({victim}))
        assert await asyncio.to_thread(host.stop) == 0


async def test_none_outlives_a_host_that_is_killed(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID), options=TWO) as host:
        pids = await workers(host)
        host.kill()
        await until(lambda: not any(is_alive(pid) for pid in pids))


async def test_timers_run_in_one_of_them_and_move_when_it_dies(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID, TICK), options=TWO) as host:
        await until(lambda: len(ticks(host)) >= 4)
        ((leader, _),) = {(pid, 0) for pid, _ in ticks(host)}
        os.kill(leader, signal.SIGKILL)
        await until(lambda: len({pid for pid, _ in ticks(host)}) > 1)
        seconds = [second for _, second in ticks(host)]
        assert len(set(seconds)) == len(seconds)


async def test_what_is_in_hand_is_finished_before_the_host_ends(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID, HELD), options=TWO) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
            held = asyncio.create_task(client.get("/api/held"))
            await wait_for_output(host, "in hand:")
            host.terminate()
            (tmp_path / "release").touch()
            assert (await held).text == "finished"
        assert await asyncio.to_thread(host.wait) == 0


async def test_a_host_that_could_not_finish_what_was_in_hand_says_so(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID, HELD), options=TWO) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
            held = asyncio.create_task(client.get("/api/held"))
            await wait_for_output(host, "in hand:")
            host.terminate()
            await wait_for_output(host, "Stopping")
            os.kill(int(host.output.partition("in hand: ")[2].split()[0]), signal.SIGKILL)
            with pytest.raises(httpx.TransportError):
                await held
        assert await asyncio.to_thread(host.wait) == 1
        assert "not every worker finished" in host.output


async def test_an_app_that_cannot_start_is_told_of_once(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    with pytest.raises(HostError) as refusal, running_host(write_app(tmp_path, PID, BREAKING), options=TWO):
        pass
    assert refusal.value.code == 1
    assert refusal.value.output.count("RuntimeError: broken") == 1
    assert "Traceback" not in refusal.value.output


async def test_a_host_whose_workers_keep_dying_at_their_start_ends(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID, BREAKING), options=TWO) as host:
        (tmp_path / "broken").touch()
        os.kill((await workers(host)).pop(), signal.SIGKILL)
        assert await asyncio.to_thread(host.wait) == 1
        assert "The host ended: the workers keep ending before the app runs" in host.output


async def test_each_message_is_completed_once_whoever_takes_it(tmp_path: Path, bus: Emulator) -> None:
    app = write_app(tmp_path, BUSY)
    before = bus.counts("own")["completed"]
    with running_host(app, {"Bus": bus.connection_string}, options=TWO):
        async with ServiceBusClient.from_connection_string(bus.connection_string) as client:
            await Bus(client).send("own", *[ServiceBusMessage(b"x") for _ in range(1000)])
        await eventually(bus, "own", completed=before + 1000, active=0, locked=0, deadletter=0)


async def test_a_host_that_can_start_no_process_tries_again(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID), options=TWO) as host:
        victim, other = await workers(host)
        with no_more_files(host):
            os.kill(victim, signal.SIGKILL)
            await wait_for_output(host, "cannot be started: [Errno 24] Too many open files; another starts")
        assert other in await workers(host, without=frozenset({victim}))
        assert await asyncio.to_thread(host.stop) == 0


async def test_a_host_that_can_start_no_process_any_more_ends(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, PID), options=TWO) as host:
        with no_more_files(host):
            os.kill((await workers(host)).pop(), signal.SIGKILL)
            await wait_for_output(host, "the last of 5 tries")
        assert await asyncio.to_thread(host.wait) == 1
        assert "The host ended: the workers keep ending before the app runs" in host.output


async def test_a_reload_that_can_start_no_process_leaves_what_runs(tmp_path: Path) -> None:
    app = write_app(tmp_path, PID)
    with running_host(app, options=("--reload",)) as host:
        (former,) = await workers(host, 1)
        with no_more_files(host):
            write_app(tmp_path, PID, TICK)
            await wait_for_output(host, "Not reloaded, what ran before still does: worker 1 cannot be started")
        assert await workers(host, 1) == {former}
        write_app(tmp_path, PID)
        await workers(host, 1, without=frozenset({former}))
