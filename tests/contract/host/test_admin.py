"""The host's own pages, as users of Core Tools and Azure know them."""

from typing import Any

import httpx
import pytest

from tests.cloud.host import Host
from tests.contract.host.bus import Bus
from tests.contract.host.waiting import wait_for_output

MASTER = {"x-functions-key": "master-key"}


async def get(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path, headers=MASTER)
    response.raise_for_status()
    return response.json()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/host/status"),
        ("GET", "/admin/functions"),
        ("GET", "/admin/functions/order"),
        ("POST", "/admin/functions/on_leap_day"),
    ],
)
async def test_they_want_the_master_key(client: httpx.AsyncClient, method: str, path: str) -> None:
    answers = [
        await client.request(method, path, headers={b"x-functions-key": key}) for key in (b"", b"host-key", b"\xff")
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]


async def test_a_ping_wants_no_key(client: httpx.AsyncClient) -> None:
    for method in ("GET", "POST"):
        answer = await client.request(method, "/admin/host/ping")
        assert (answer.status_code, answer.content) == (200, b"")


async def test_the_status_says_that_the_host_runs_and_since_when(client: httpx.AsyncClient) -> None:
    first, second = await get(client, "/admin/host/status"), await get(client, "/admin/host/status")
    assert first["state"] == "Running"
    assert 0 < first["processUptime"] <= second["processUptime"]
    assert {"id", "version", "versionDetails", "instanceId", "computerName"} <= first.keys()
    assert first["functions"] == len(await get(client, "/admin/functions"))


async def test_functions_are_listed_with_their_bindings(host: Host, client: httpx.AsyncClient) -> None:
    listed = {function["name"]: function for function in await get(client, "/admin/functions")}
    assert {"order", "on_work", "on_tick"} <= listed.keys()
    assert listed["order"]["invoke_url_template"] == f"{host.url}/orders/{{id:int}}"
    assert listed["on_work"]["config"]["bindings"][0]["type"] == "serviceBusTrigger"
    assert listed["order"] == await get(client, "/admin/functions/Order")


async def test_a_timer_runs_by_hand(host: Host, client: httpx.AsyncClient) -> None:
    answer = await client.post("/admin/functions/on_leap_day", headers=MASTER, json={"input": ""})
    assert (answer.status_code, answer.content) == (202, b"")
    await wait_for_output(host, "leap day, past due: False")


async def test_a_queue_function_runs_by_hand_without_its_queue(client: httpx.AsyncClient, sdk: Bus) -> None:
    answer = await client.post("/admin/functions/on_work", headers=MASTER, json={"input": "by hand"})
    assert answer.status_code == 202
    (seen,) = await sdk.seen(1)
    assert (seen["body"], seen["message_id"]) == ("by hand", None)


@pytest.mark.parametrize(
    ("function", "body", "status"),
    [
        ("nowhere", '{"input": ""}', 404),
        ("order", '{"input": ""}', 400),
        ("on_batch", "{}", 400),
        ("on_tick", "x", 400),
    ],
)
async def test_what_cannot_be_run_by_hand_is_refused(
    client: httpx.AsyncClient, function: str, body: str, status: int
) -> None:
    answer = await client.post(f"/admin/functions/{function}", headers=MASTER, content=body)
    assert answer.status_code == status


async def test_a_failure_of_a_function_run_by_hand_is_in_the_log(host: Host, client: httpx.AsyncClient) -> None:
    await client.post("/admin/functions/on_failing", headers=MASTER, json={"input": "x"})
    await wait_for_output(host, "on_failing failed:")
