"""Service Bus triggers that take many messages at a time."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from tests.cloud.host import running_host
from tests.cloud.servicebus import Emulator
from tests.contract.host.apps import write_app
from tests.contract.host.bus import Bus
from tests.contract.host.waiting import eventually, until, wait_for_output

COUNTING = """
import typing

@app.service_bus_queue_trigger(arg_name="messages", queue_name="own", connection="Bus", cardinality="many")
async def count(messages: typing.List[func.ServiceBusMessage]) -> None:
    print("a batch of", len(messages), flush=True)
"""


async def send(bus: Emulator, count: int) -> None:
    async with ServiceBusClient.from_connection_string(bus.connection_string) as client:
        await Bus(client).send("own", *[ServiceBusMessage(b"x") for _ in range(count)])


async def test_messages_reach_the_function_together_with_what_their_senders_said(sdk: Bus, bus: Emulator) -> None:
    sent = [
        ServiceBusMessage(str(number), message_id=f"m-{number}", application_properties={"number": number})
        for number in range(120)
    ]
    await sdk.send("batch", *sent)
    batches: list[list[dict[str, Any]]] = []
    while sum(len(batch) for batch in batches) < len(sent):
        batches += [seen["batch"] for seen in await sdk.seen(1)]
    assert max(len(batch) for batch in batches) == 50
    seen = [message for batch in batches for message in batch]
    assert [message["body"] for message in seen] == [str(number) for number in range(120)]
    assert [message["message_id"] for message in seen] == [f"m-{number}" for number in range(120)]
    assert [message["properties"] for message in seen] == [{"number": number} for number in range(120)]
    assert {message["delivery_count"] for message in seen} == {1}
    assert len({message["lock_token"] for message in seen}) == 120
    assert "UserPropertiesArray" in seen[0]["keys"]
    await eventually(bus, "batch", completed=120, active=0, locked=0, deadletter=0)


async def test_all_messages_of_a_batch_that_fails_come_again(sdk: Bus, bus: Emulator) -> None:
    await sdk.send("batch-failing", *[ServiceBusMessage(b"x") for _ in range(3)])
    assert [seen["attempts"] for seen in await sdk.seen(2)] == [[1, 1, 1], [2, 2, 2]]
    await eventually(bus, "batch-failing", completed=3, active=0, locked=0, deadletter=0)


async def test_one_batch_is_in_hand_at_a_time_and_its_locks_end_as_in_azure(
    sdk: Bus, bus: Emulator, client: httpx.AsyncClient
) -> None:
    """The lock is 5 s: while the first batch is held, its message is free again, and a second one is not touched."""
    await sdk.send("batch-held", ServiceBusMessage(b"a"))
    assert await sdk.seen(1) == [{"bodies": ["a"]}]
    await sdk.send("batch-held", ServiceBusMessage(b"b"))
    await eventually(bus, "batch-held", active=2, locked=0)
    await client.get("/release/b")
    await client.get("/release/a")
    await eventually(bus, "batch-held", completed=2, active=0, locked=0, deadletter=0)


async def test_a_batch_waits_until_it_has_its_least_size(tmp_path: Path, bus: Emulator) -> None:
    """It would wait longer than this test does."""
    options = {"minMessageBatchSize": 5, "maxBatchWaitTime": "00:02:30"}
    app = write_app(tmp_path, COUNTING, extensions={"serviceBus": options})
    with running_host(app, {"Bus": bus.connection_string}) as host:
        await send(bus, 2)
        await until(lambda: bus.counts("own")["locked"] == 2)
        await send(bus, 3)
        await wait_for_output(host, "a batch of 5\n")
        assert host.output.count("a batch of") == 1


@pytest.mark.parametrize("options", [{"maxBatchWaitTime": "00:00:01"}, {"maxBatchWaitTime": "00:02:30"}])
async def test_a_smaller_batch_runs_when_its_time_is_over_or_the_host_ends(
    tmp_path: Path, bus: Emulator, options: dict[str, str]
) -> None:
    app = write_app(tmp_path, COUNTING, extensions={"serviceBus": {"minMessageBatchSize": 5, **options}})
    with running_host(app, {"Bus": bus.connection_string}) as host:
        await send(bus, 2)
        if options["maxBatchWaitTime"] == "00:02:30":
            await until(lambda: bus.counts("own")["locked"] == 2)
            assert host.stop() == 0
        await wait_for_output(host, "a batch of 2\n")
