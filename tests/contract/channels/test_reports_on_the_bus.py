"""Reports reach the queue, whatever happens to the bus or to the sink meanwhile."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus.aio import ServiceBusClient

from shared.channels.acs import AcsProvider
from shared.channels.provider import Accepted
from tests.cloud.servicebus import Emulator, running_emulator
from tests.cloud.sink import RunningSink, running_sink
from tests.contract.channels.test_provider import message

# Only a lost report takes as long.
PATIENCE_SECONDS = 60


@pytest.fixture
def bus() -> Iterator[Emulator]:
    with running_emulator() as emulator:
        yield emulator


async def send(sink: RunningSink, channel: str, **changes: Any) -> Accepted:
    provider = AcsProvider.from_connection_string(sink.connection_string)
    try:
        return await provider.send(message(channel, first_sent=datetime.now(UTC), **changes))
    finally:
        await provider.aclose()


async def receive(bus: Emulator, count: int) -> list[dict[str, Any]]:
    """Wait for this many reports."""
    reports: list[dict[str, Any]] = []
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        ServiceBusClient.from_connection_string(bus.connection_string) as client,
        client.get_queue_receiver("delivery-reports") as receiver,
    ):
        while len(reports) < count:
            for received in await receiver.receive_messages(count):
                reports.append(json.loads(b"".join(received.body)))
                assert received.message_id == reports[-1]["id"]
                assert received.content_type == "application/cloudevents+json"
                await receiver.complete_message(received)
    return reports


def said(reports: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["type"].rpartition(".")[2], one["data"]["messageId"]) for one in reports]


async def test_each_message_is_reported_and_each_engagement(bus: Emulator) -> None:
    async with running_sink(servicebus=bus.connection_string) as sink:
        sms = await send(sink, "sms", tag="kim~d-1")
        email = await send(sink, "email")
        await sink.engage(email.provider_id, "open")
        await sink.engage(email.provider_id, "click", url="https://a.example/")
        reports = await receive(bus, 4)
    assert said(reports) == [
        ("SMSDeliveryReportReceived", sms.provider_id),
        ("EmailDeliveryReportReceived", email.provider_id),
        ("EmailEngagementTrackingReportReceived", email.provider_id),
        ("EmailEngagementTrackingReportReceived", email.provider_id),
    ]
    assert reports[0]["data"]["tag"] == "kim~d-1"


async def test_a_bounce_is_reported_as_one(bus: Emulator) -> None:
    async with running_sink(servicebus=bus.connection_string) as sink:
        await sink.fail("email", "bounce", status="Suppressed")
        await send(sink, "email")
        reports = await receive(bus, 1)
    assert reports[0]["data"]["status"] == "Suppressed"


async def test_what_somebody_at_the_inbox_decides_is_reported_too(bus: Emulator) -> None:
    async with running_sink(servicebus=bus.connection_string) as sink:
        sms = await send(sink, "sms", tag="kim~d-1")
        await sink.engage(sms.provider_id, "report", status="Failed")
        await sink.engage(sms.provider_id, "reply", text="STOP")
        reports = [report["data"] for report in await receive(bus, 3)]
    assert [report.get("deliveryStatus") for report in reports] == ["Delivered", "Failed", None]
    assert (reports[1]["tag"], reports[2]["message"]) == ("kim~d-1", "STOP")


async def test_a_bus_that_was_away_gets_its_reports(bus: Emulator) -> None:
    async with running_sink(servicebus=bus.connection_string) as sink:
        before = await send(sink, "sms")
        assert said(await receive(bus, 1)) == [("SMSDeliveryReportReceived", before.provider_id)]
        bus.kill()
        meanwhile = await send(sink, "sms")
        assert await sink.pending_reports() == 1
        bus.restart()
        assert said(await receive(bus, 1)) == [("SMSDeliveryReportReceived", meanwhile.provider_id)]


async def test_a_sink_that_was_killed_sends_its_reports_after_its_restart(bus: Emulator, tmp_path: Path) -> None:
    async with running_sink(data=tmp_path / "sink") as sink:
        accepted = await send(sink, "sms")
        await sink.kill()
    async with running_sink(data=tmp_path / "sink", servicebus=bus.connection_string) as sink:
        assert said(await receive(bus, 1)) == [("SMSDeliveryReportReceived", accepted.provider_id)]
        while await sink.pending_reports():
            pass
