"""How the host starts, what keeps it from starting, and how it stops."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from tests.cloud.host import HostError, running_host
from tests.cloud.servicebus import Emulator
from tests.contract.host.apps import write_app
from tests.contract.host.conftest import SAMPLE_APP, sample_values
from tests.contract.host.waiting import eventually, until, wait_for_output

HANGING = """
import time

@app.timer_trigger(arg_name="timer", schedule="0 0 0 29 2 *")
async def waiting(timer: func.TimerRequest) -> None:
    print("waiting", flush=True)
    await asyncio.Event().wait()

@app.route(route="asked")
async def asked(req: func.HttpRequest) -> str:
    print("asked", flush=True)
    await asyncio.Event().wait()

@app.timer_trigger(arg_name="timer", schedule="0 0 0 29 2 *")
def sleeping(timer: func.TimerRequest) -> None:
    print("sleeping", flush=True)
    time.sleep(1000)
"""
LEFT_OPEN = """
import aiohttp
clients = []

@app.route(route="open", auth_level="anonymous")
async def open_one(req: func.HttpRequest) -> str:
    clients.append(aiohttp.ClientSession())
    return "open"
"""


def refused(app: Path) -> str:
    """What the host prints about an app that it does not start."""
    with pytest.raises(HostError) as refusal, running_host(app):
        pass
    assert refusal.value.code == 1
    assert "Traceback" not in refusal.value.output
    return refusal.value.output


@pytest.mark.parametrize(
    ("function", "name", "reason"),
    [
        ('@app.route(route="x")\ndef bad(req: func.HttpRequest, extra: int) -> str: ...', "bad", "'extra'"),
        ('@app.route(route="x")\ndef bad(req: "Nothing") -> str: ...', "bad", "name 'Nothing' is not defined"),
        ('@app.route(route="{a:colour}")\ndef bad(req: func.HttpRequest) -> str: ...', "bad", "'colour'"),
        (
            '@app.service_bus_queue_trigger(arg_name="m", queue_name="q", connection="Nowhere")\n'
            "def bad(m: func.ServiceBusMessage) -> None: ...",
            "bad",
            "the setting 'Nowhere'",
        ),
        (
            '@app.timer_trigger(arg_name="t", schedule="often")\ndef bad(t: func.TimerRequest) -> None: ...',
            "bad",
            "often",
        ),
        (
            '@app.blob_trigger(arg_name="b", path="p", connection="c")\ndef bad(b: func.InputStream) -> None: ...',
            "bad",
            "'blobTrigger'",
        ),
        (
            '@app.function_name("good")\n@app.route(route="x")\ndef bad(req: func.HttpRequest) -> str: ...',
            "good",
            "unique",
        ),
        (
            '@app.service_bus_queue_trigger(arg_name="m", queue_name="q", connection="PATH", cardinality="many")\n'
            "def bad(m: list[func.ServiceBusMessage]) -> None: ...",
            "bad",
            "Write typing.List[...]: the worker library knows no list[...]",
        ),
        ('raise RuntimeError("no such luck")', "function_app.py:11", "RuntimeError: no such luck"),
        ("import nowhere", "function_app.py:11", "No module named 'nowhere'"),
        ("def broken(:", "function_app.py:11", "SyntaxError"),
    ],
)
def test_a_function_that_cannot_be_indexed_is_named_with_the_reason(
    tmp_path: Path, function: str, name: str, reason: str
) -> None:
    output = refused(write_app(tmp_path, function))
    (line,) = [line for line in output.splitlines() if reason in line]
    assert name in line


def test_all_functions_that_are_wrong_are_named_at_once(tmp_path: Path) -> None:
    bad = '@app.route(route="{number}")\ndef bad_{number}(req: func.HttpRequest, extra: int) -> str: ...'
    output = refused(write_app(tmp_path, bad.replace("{number}", "1"), bad.replace("{number}", "2")))
    assert "bad_1 (function_app.py:" in output
    assert "bad_2 (function_app.py:" in output
    assert "good" not in output


def test_an_app_without_functions_is_refused(tmp_path: Path) -> None:
    app = write_app(tmp_path)
    (app / "function_app.py").write_text("import azure.functions as func\napp = func.FunctionApp()\n")
    assert "registers no functions" in refused(app)


def test_a_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    assert "host.json: not found" in refused(tmp_path)
    (tmp_path / "host.json").write_text("{}")
    assert "function_app.py: not found" in refused(tmp_path)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    app = write_app(tmp_path)
    with running_host(app) as first:
        taken = ("--port", str(httpx.URL(first.url).port))
        with pytest.raises(HostError) as refusal, running_host(app, options=taken):
            pass
    assert "Address already in use" in refusal.value.output


def test_an_app_has_the_prefix_api_unless_it_says_otherwise(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path), keys={"default": "k"}) as host:
        assert httpx.get(f"{host.url}/api/good?code=k").status_code == 200
        assert f"good:  [ALL] {host.url}/api/good  (function key)" in host.output
        assert host.output.rstrip().endswith(f"Host ready on {host.url}")


async def test_timers_run_at_their_times_and_at_the_start(bus: Emulator) -> None:
    with running_host(SAMPLE_APP, sample_values(bus)) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
            assert (await client.get("/ticked")).text == "ticked"
        await wait_for_output(host, '{"action": "started"}\n')


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_in_hand_is_answered_before_the_host_ends(bus: Emulator, number: signal.Signals) -> None:
    with running_host(SAMPLE_APP, sample_values(bus)) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
            slow = asyncio.create_task(client.get("/slow"))
            await client.get("/slow/started")
            await client.get("/slow/release")
            host.terminate(number)
            assert (await slow).text == "finished"
        assert await asyncio.to_thread(host.wait) == 0


async def test_messages_in_hand_are_settled_and_others_left_before_the_host_ends(bus: Emulator) -> None:
    """Six messages of a second, four at once: those in hand are completed, and the rest is free for the next host."""
    before = bus.counts("slow")["completed"]
    async with ServiceBusClient.from_connection_string(bus.connection_string) as client:
        async with client.get_queue_sender("slow") as sender:
            await sender.send_messages([ServiceBusMessage(b"1") for _ in range(6)])
        with running_host(SAMPLE_APP, sample_values(bus)) as host:
            await until(lambda: bus.counts("slow")["locked"] == 4)
            assert await asyncio.to_thread(host.stop) == 0
    done = bus.counts("slow")["completed"] - before
    assert done >= 4
    await eventually(bus, "slow", locked=0, active=6 - done, deadletter=0)


async def test_a_stop_while_the_bus_is_away_is_a_stop(tmp_path: Path) -> None:
    function = (
        '@app.service_bus_queue_trigger(arg_name="m", queue_name="q", connection="Bus")\n'
        "async def on_q(m: func.ServiceBusMessage) -> None: ..."
    )
    away = "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=k;SharedAccessKey=k;UseDevelopmentEmulator=true;"
    with running_host(write_app(tmp_path, function), {"Bus": away}) as host:
        await wait_for_output(host, "q: not receiving")
        assert await asyncio.to_thread(host.stop) == 0


@pytest.mark.parametrize(("options", "unfinished"), [((), "3 functions"), (("--workers", "2"), "functions")])
async def test_what_does_not_end_keeps_the_host_half_a_minute_and_no_longer_async(
    tmp_path: Path, options: tuple[str, ...], unfinished: str
) -> None:
    """Started by hand, one that waits for ever and one that holds on to its thread; a request, too."""
    app = write_app(tmp_path, HANGING, functionTimeout="-1")
    with running_host(app, keys={"_master": "m"}, options=options) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=60, headers={"x-functions-key": "m"}) as client:
            for name in ("waiting", "sleeping"):
                await client.post(f"/admin/functions/{name}")
                await wait_for_output(host, f"{name}\n")
            request = asyncio.create_task(client.get("/api/asked"))
            await wait_for_output(host, "asked\n")
            host.terminate()
            async with asyncio.timeout(45):
                assert await asyncio.to_thread(host.wait) == 1
            with pytest.raises(httpx.TransportError):
                await request
        assert f"{unfinished} did not finish within 30 s" in host.output


def test_clients_that_an_app_leaves_open_are_no_news(tmp_path: Path) -> None:
    """It has no word of its end, in Azure neither, so it cannot close them."""
    with running_host(write_app(tmp_path, LEFT_OPEN)) as host:
        assert httpx.get(f"{host.url}/api/open").text == "open"
        assert host.stop() == 0
        assert "Unclosed" not in host.output
        assert host.output.endswith("Stopping: finishing what is in hand.\n")
