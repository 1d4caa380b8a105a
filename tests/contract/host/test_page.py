"""The small app that the host's page shows does what the page says."""

import json
from pathlib import Path

import httpx
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from tests.cloud.host import running_host
from tests.cloud.servicebus import Emulator
from tests.contract.host.bus import Bus
from tests.contract.host.waiting import wait_for_output
from tests.docs.markdown import ROOT, Document

PAGE = Document(ROOT / "docs" / "functions-host.md")


async def test_the_small_app_of_the_page_runs(tmp_path: Path, bus: Emulator) -> None:
    (script,), (host_json, settings) = PAGE.blocks("python"), PAGE.blocks("json")
    (tmp_path / "function_app.py").write_text(script, encoding="utf-8")
    (tmp_path / "host.json").write_text(host_json, encoding="utf-8")
    said = json.loads(settings)
    default, master = ({"x-functions-key": said["Keys"][name]} for name in ("default", "_master"))
    with running_host(tmp_path, said["Values"] | {"Bus": bus.connection_string}, said["Keys"]) as host:
        async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
            assert (await client.get("/api/hello/you")).status_code == 401
            assert (await client.get("/api/hello/you", headers=default)).text == "Hello, you"
            by_hand = await client.post("/admin/functions/every_five_minutes", headers=master)
            assert by_hand.status_code == 202
            assert (await client.post("/admin/functions/on_orders", headers=master)).status_code == 400
        await wait_for_output(host, "past due: False")
        async with ServiceBusClient.from_connection_string(bus.connection_string) as sender:
            await Bus(sender).send("orders", ServiceBusMessage(b"one"))
        await wait_for_output(host, "ordered: one")
