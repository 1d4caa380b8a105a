"""host.json's limits."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from tests.cloud.host import running_host
from tests.contract.host.apps import write_app
from tests.contract.host.waiting import wait_for_output

HELD = """
released = asyncio.Event()

@app.route(route="held/{name}", auth_level="anonymous")
async def held(req: func.HttpRequest) -> str:
    print("in hand:", req.route_params["name"], flush=True)
    await released.wait()
    return req.route_params["name"]
"""
RELEASING = """
@app.timer_trigger(arg_name="timer", schedule="0 0 0 29 2 *")
async def release(timer: func.TimerRequest) -> None:
    released.set()
"""


def http(**limits: int) -> dict[str, Any]:
    return {"http": limits}


async def test_more_requests_than_may_be_there_are_too_many(tmp_path: Path) -> None:
    """One runs, one waits for it, and a third is sent away."""
    limits = http(maxConcurrentRequests=1, maxOutstandingRequests=2)
    app = write_app(tmp_path, HELD, RELEASING, extensions=limits)
    with running_host(app, keys={"_master": "m"}) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
            first = asyncio.create_task(client.get("/api/held/first"))
            await wait_for_output(host, "in hand: first")
            waiting = {asyncio.create_task(client.get(f"/api/held/{name}")) for name in ("second", "third")}
            (refused,), _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            assert refused.result().status_code == 429
            assert host.output.count("in hand:") == 1
            await client.post("/admin/functions/release", headers={"x-functions-key": "m"})
            (admitted,) = waiting - {refused}
            assert [(await answer).status_code for answer in (first, admitted)] == [200, 200]


async def test_a_function_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with running_host(write_app(tmp_path, HELD, functionTimeout="00:00:01")) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
            assert (await client.get("/api/held/long")).status_code == 500
        assert "held failed: functionTimeout: it took more than 0:00:01" in host.output


def test_settings_without_effect_are_named_once(tmp_path: Path) -> None:
    app = write_app(tmp_path, logging={}, extensionBundle={}, extensions={"queues": {"batchSize": 1}}, retry={})
    with running_host(app) as host:
        assert host.output.count("Without effect here, from host.json: extensions.queues, retry.") == 1
        assert "logging" not in host.output
