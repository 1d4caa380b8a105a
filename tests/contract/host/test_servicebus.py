"""Service Bus triggers, fed by the SDK through the emulator."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
from azure.servicebus import ServiceBusMessage

from tests.cloud.host import Host
from tests.cloud.servicebus import Emulator
from tests.contract.host.bus import Bus
from tests.contract.host.waiting import eventually, wait_for_output


async def test_a_message_reaches_the_function_with_what_its_sender_said(sdk: Bus) -> None:
    sent = ServiceBusMessage(
        b'{"a": 1}',
        message_id="m-1",
        subject="order",
        correlation_id="c-1",
        content_type="application/json",
        application_properties={"count": 5, "name": "x"},
        time_to_live=timedelta(minutes=5),
    )
    before = datetime.now(UTC)
    await sdk.send("work", sent)
    (seen,) = await sdk.seen(1)
    assert (seen["body"], seen["message_id"], seen["delivery_count"]) == ('{"a": 1}', "m-1", 1)
    assert (seen["subject"], seen["correlation_id"], seen["content_type"]) == ("order", "c-1", "application/json")
    assert seen["properties"] == {"count": 5, "name": "x"}
    enqueued, expires = (datetime.fromisoformat(seen[key]) for key in ("enqueued", "expires"))
    assert expires - enqueued == timedelta(minutes=5)
    assert enqueued >= before - timedelta(seconds=1)
    assert {"LockToken", "SequenceNumber", "UserProperties"} <= set(seen["keys"])


async def test_a_message_that_fails_comes_again_until_it_succeeds(sdk: Bus, bus: Emulator) -> None:
    await sdk.send("failing", ServiceBusMessage(b"x"))
    assert [seen["attempt"] for seen in await sdk.seen(3)] == [1, 2, 3]
    await eventually(bus, "failing", completed=1, active=0, locked=0, deadletter=0)


async def test_no_more_messages_run_at_once_than_the_app_allows(
    sdk: Bus, bus: Emulator, client: httpx.AsyncClient
) -> None:
    """The app allows four; a slot that gets free takes the next message while the others are still in hand."""
    names = [f"held-{number}" for number in range(6)]
    await sdk.send("held", *[ServiceBusMessage(b"", message_id=name) for name in names])
    assert {seen["started"] for seen in await sdk.seen(4)} == set(names[:4])
    assert (bus.counts("held")["locked"], bus.counts("held")["active"]) == (4, 2)
    await client.get("/release/held-2")
    assert await sdk.seen(2) == [{"finished": "held-2"}, {"started": "held-4"}]
    await asyncio.gather(*[client.get(f"/release/{name}") for name in names])
    await sdk.seen(6)
    await eventually(bus, "held", completed=6, active=0, locked=0)


async def test_a_message_in_hand_longer_than_its_lock_is_kept(sdk: Bus, bus: Emulator) -> None:
    """The lock is 5 s, the function takes 7: it runs once, and its completion counts."""
    completed = bus.counts("slow")["completed"]
    await sdk.send("slow", ServiceBusMessage(b"7", message_id="long"))
    assert await sdk.seen(2) == [{"started": "long"}, {"finished": "long", "attempt": 1}]
    await eventually(bus, "slow", completed=completed + 1, active=0, locked=0)


async def test_many_messages_are_each_completed_once(sdk: Bus, bus: Emulator) -> None:
    await sdk.send("busy", *[ServiceBusMessage(b"x") for _ in range(1000)])
    await eventually(bus, "busy", completed=1000, active=0, locked=0, deadletter=0)


async def test_the_host_comes_back_when_the_bus_does(host: Host, bus: Emulator, sdk: Bus) -> None:
    """Last of this module: what was in the emulator is gone afterwards."""
    bus.kill()
    await wait_for_output(host, "work: not receiving")
    bus.start()
    await wait_for_output(host, "work: receiving again")
    await sdk.send("work", ServiceBusMessage(b"after", message_id="after"))
    assert [seen["message_id"] for seen in await sdk.seen(1)] == ["after"]
    assert host.output.count("work: not receiving") == 1
