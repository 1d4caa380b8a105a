"""Taking in changes while the host runs: `--reload`."""

import asyncio
import json
import socket
from pathlib import Path

import httpx
import pytest

from tests.cloud.host import Host, HostError, running_host
from tests.contract.host.apps import write_app
from tests.contract.host.waiting import until, wait_for_output

RELOAD = ("--reload",)
SAYS = """
import os

@app.route(route="says", auth_level="anonymous")
async def says(req: func.HttpRequest) -> str:
    return {text}
"""
HELD = """
@app.route(route="held", auth_level="anonymous")
async def held(req: func.HttpRequest) -> str:
    print("in hand", flush=True)
    while not os.path.exists("release"):
        await asyncio.sleep(0.02)
    return "finished by the old"
"""
ONE, TWO = SAYS.format(text='"one"'), SAYS.format(text='"two"')


def says(host: Host, prefix: str = "api") -> str:
    """What is answered; nothing, where the connection was the former worker's as it ended."""
    try:
        answer = httpx.get(f"{host.url}/{prefix}/says", timeout=30)
    except httpx.RemoteProtocolError:
        return ""
    return answer.text if answer.status_code == 200 else str(answer.status_code)


async def test_a_change_of_the_code_is_taken_in(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, ONE), options=RELOAD) as host:
        assert says(host) == "one"
        write_app(tmp_path, TWO)
        await until(lambda: says(host) == "two")
        assert "Changed: function_app.py" in host.output
        assert await asyncio.to_thread(host.stop) == 0


async def test_a_mistake_is_shown_while_the_former_code_still_runs_and_mended_by_the_next_save(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, ONE), options=RELOAD) as host:
        write_app(tmp_path, "def broken(:")
        await wait_for_output(host, "Not reloaded, what ran before still does")
        assert "SyntaxError" in host.output
        assert says(host) == "one"
        write_app(tmp_path, TWO)
        await until(lambda: says(host) == "two")


async def test_an_app_that_does_not_start_is_waited_for(tmp_path: Path) -> None:
    app = write_app(tmp_path, "def broken(:")
    host = Host(app, app / "local.settings.json", tmp_path / "host.log", RELOAD)
    host.log.touch()
    starting = asyncio.create_task(asyncio.to_thread(host.start))
    await wait_for_output(host, "Not reloaded, nothing runs")
    write_app(tmp_path, ONE)
    await starting
    assert says(host) == "one"
    assert await asyncio.to_thread(host.stop) == 0


async def test_who_asks_an_app_that_does_not_run_is_told_so_at_once(tmp_path: Path) -> None:
    app = write_app(tmp_path, "def broken(:")
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = "http://{}:{}".format(*free.getsockname())
    host = Host(app, app / "local.settings.json", tmp_path / "host.log", (*RELOAD, "--port", url.rpartition(":")[2]))
    host.log.touch()
    starting = asyncio.create_task(asyncio.to_thread(host.start))
    await wait_for_output(host, "Not reloaded, nothing runs")
    async with httpx.AsyncClient(base_url=url, timeout=5) as client:
        for body in (b"", b"x" * 1024**2):
            answer = await client.post("/api/says", content=body)
            assert (answer.status_code, answer.text) == (503, "The app does not run: see the host's output.\n")
        write_app(tmp_path, ONE)
        await starting
        assert [(await client.get("/api/says")).text for _ in range(20)] == ["one"] * 20
    assert await asyncio.to_thread(host.stop) == 0


async def test_a_host_can_be_stopped_while_the_app_does_not_run(tmp_path: Path) -> None:
    app = write_app(tmp_path, "def broken(:")
    host = Host(app, app / "local.settings.json", tmp_path / "host.log", RELOAD)
    host.log.touch()
    starting = asyncio.create_task(asyncio.to_thread(host.start))
    await wait_for_output(host, "Not reloaded, nothing runs")
    host.terminate()
    with pytest.raises(HostError) as end:
        await starting
    assert end.value.code == 0


async def test_host_json_and_settings_are_taken_in(tmp_path: Path) -> None:
    app = write_app(tmp_path, SAYS.format(text='os.environ["WORD"]'))
    with running_host(app, {"WORD": "first"}, options=RELOAD) as host:
        assert says(host) == "first"
        host.settings.write_text(json.dumps({"Values": {"WORD": "second"}}), encoding="utf-8")
        await until(lambda: says(host) == "second")
        # Alone: written together with the code it would be read without being watched.
        (host.app / "host.json").write_text(
            json.dumps({"extensions": {"http": {"routePrefix": "v2"}}}), encoding="utf-8"
        )
        await until(lambda: says(host, "v2") == "second")


async def test_a_new_folder_belongs_to_the_app(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, ONE), options=RELOAD) as host:
        word = tmp_path / "words" / "word.py"
        word.parent.mkdir()
        word.write_text('WORD = "new"')
        write_app(tmp_path, "from words.word import WORD", SAYS.format(text="WORD"))
        await until(lambda: says(host) == "new")
        word.write_text('WORD = "newer"')
        await until(lambda: says(host) == "newer")


async def test_a_request_in_hand_is_finished_by_the_code_that_took_it(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, ONE, HELD), options=RELOAD) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
            held = asyncio.create_task(client.get("/api/held"))
            await wait_for_output(host, "in hand")
            write_app(tmp_path, TWO)
            await until(lambda: says(host) == "two")
            (tmp_path / "release").touch()
            assert (await held).text == "finished by the old"
