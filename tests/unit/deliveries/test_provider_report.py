"""Reports of Azure Communication Services, read from the events that Event Grid puts on the queue."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.deliveries.messages import DeliveryReported, SmsReceived
from shared.deliveries.provider_report import LATE, REFERENCES, Overtaken, ProviderReports
from shared.runtime import codec
from shared.runtime.envelope import Envelope
from shared.runtime.errors import Undecodable
from shared.runtime.ids import joined
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Upsert
from tests.unit.deliveries.building import NOON
from tests.unit.runtime.world import TurnedClock

SMS = "Microsoft.Communication.SMSDeliveryReportReceived"
EMAIL = "Microsoft.Communication.EmailDeliveryReportReceived"
RECEIVED = "Microsoft.Communication.SMSReceived"
ENGAGED = "Microsoft.Communication.EmailEngagementTrackingReportReceived"


def sms(status: str = "Delivered", **data: Any) -> dict[str, Any]:
    return event(SMS, {"messageId": "p1", "deliveryStatus": status, "tag": "C-1~d1", **data})


def email(status: str = "Delivered", **data: Any) -> dict[str, Any]:
    return event(EMAIL, {"messageId": "p1", "recipient": "ada@example.org", "status": status, **data})


def engaged(how: str = "view", context: object = "") -> dict[str, Any]:
    return event(ENGAGED, {"messageId": "p1", "engagementType": how, "engagementContext": context})


def event(type_: str, data: dict[str, Any], **fields: Any) -> dict[str, Any]:
    around = {"specversion": "1.0", "id": "e1", "source": "/acs", "type": type_, "time": NOON.isoformat(), "data": data}
    return {**around, **fields}


class World:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = TurnedClock()
        self.reports = ProviderReports(self.store, self.clock, "https://care.example")

    async def read(self, said: object) -> Envelope:
        raw = said if isinstance(said, bytes) else json.dumps(said).encode()
        return await self.reports.read(raw)

    async def body(self, said: object) -> DeliveryReported:
        envelope = await self.read(said)
        assert envelope.kind == DeliveryReported.kind
        return codec.typed(DeliveryReported, envelope.body)

    async def refused(self, said: object) -> tuple[str, str]:
        with pytest.raises(Undecodable) as caught:
            await self.read(said)
        return caught.value.reason, caught.value.field

    async def knows(self, provider_id: str = "p1", contact: str = "C-1", delivery: str = "d1") -> None:
        table, partition = REFERENCES
        owner = {"contact": contact, "delivery": delivery}
        await self.store.write(table, partition, Upsert(joined(provider_id), owner))


@pytest.fixture
async def world() -> World:
    known = World()
    await known.knows()
    return known


@pytest.mark.parametrize(
    ("said", "report"),
    [
        (sms("Delivered"), "delivered"),
        (sms("Failed"), "failed"),
        (email("Delivered"), "delivered"),
        (email("Bounced"), "bounced_hard"),
        (email("Suppressed"), "bounced_hard"),
        (email("Failed"), "failed"),
        (email("Quarantined"), "failed"),
        (email("FilteredSpam"), "failed"),
        (engaged("view"), "opened"),
        (engaged("click"), "clicked"),
    ],
)
async def test_each_status_is_one_of_our_reports(world: World, said: dict[str, Any], report: str) -> None:
    body = await world.body(said)
    assert (body.contact, body.delivery, body.report, body.at) == ("C-1", "d1", report, NOON)


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
async def test_case_of_keys_values_and_types_does_not_matter(world: World, change: Any) -> None:
    data = {change(key): value for key, value in sms()["data"].items()}
    status = change("deliveryStatus")
    assert (await world.body(event(change(SMS), {**data, status: change("delivered")}))).report == "delivered"


@given(st.text(), st.text())
async def test_a_tag_brings_any_contact_and_delivery_back(contact: str, delivery: str) -> None:
    body = await World().body(sms(tag=joined(contact, delivery)))
    assert (body.contact, body.delivery) == (contact, delivery)


@pytest.mark.parametrize("tag", [None, "", "C-1", "C-1~d1~x", 5, ["C-1~d1"]])
async def test_without_a_tag_of_ours_the_providers_id_is_looked_up(world: World, tag: Any) -> None:
    await world.knows("p1", "C-9", "d9")
    body = await world.body(sms(tag=tag))
    assert (body.contact, body.delivery) == ("C-9", "d9")


@given(st.text(min_size=1))
async def test_any_id_of_the_provider_can_be_looked_up(provider_id: str) -> None:
    world = World()
    await world.knows(provider_id, "C-9", "d9")
    assert (await world.body(email(messageId=provider_id))).delivery == "d9"


@pytest.mark.parametrize("provider_id", [None, "", 5])
async def test_a_report_that_names_no_message_is_refused(world: World, provider_id: Any) -> None:
    assert await world.refused(email(messageId=provider_id)) == ("invalid_event", "data.messageId")


@pytest.mark.parametrize(("age", "pause"), [(0, 30), (10, 30), (45, 45), (3600, 3600)])
async def test_a_report_that_overtook_its_delivery_comes_again_ever_later(age: int, pause: int) -> None:
    world = World()
    world.clock.at = NOON + timedelta(seconds=age)
    with pytest.raises(Overtaken) as caught:
        await world.read(email())
    assert caught.value.pause == timedelta(seconds=pause)


async def test_a_report_from_a_clock_ahead_of_ours_waits_too() -> None:
    world = World()
    world.clock.at = NOON - timedelta(minutes=5)
    with pytest.raises(Overtaken) as caught:
        await world.read(email())
    assert caught.value.pause == timedelta(seconds=30)


async def test_a_report_that_nobody_knows_after_an_hour_is_refused() -> None:
    world = World()
    world.clock.at = NOON + LATE + timedelta(seconds=1)
    assert await world.refused(email()) == ("unknown_delivery", "data.messageId")


@pytest.mark.parametrize(
    ("said", "reason", "field"),
    [
        (b"", "malformed_json", ""),
        (b"\xff", "malformed_json", ""),
        (b"[" * 100_000, "malformed_json", ""),
        ([], "invalid_event", ""),
        ([sms()], "invalid_event", ""),
        ({"kind": "delivery_reported"}, "unknown_version", "v"),
        ({**sms(), "id": 5}, "invalid_event", "id"),
        ({**sms(), "time": "2026-11-21T12:00:00"}, "invalid_event", "time"),
        ({**sms(), "data": "none"}, "invalid_event", "data"),
        ({key: value for key, value in sms().items() if key != "source"}, "invalid_event", "source"),
        (event("Microsoft.Communication.SMSQueued", {}), "unknown_report", "type"),
        (event(RECEIVED, {"message": "Hi"}), "invalid_event", "data.from"),
        (event(RECEIVED, {"from": "+4930123456", "message": 5}), "invalid_event", "data.message"),
        (sms("Teleported"), "unknown_status", "data.deliverystatus"),
        (email("Expanded"), "unknown_status", "data.status"),
        (engaged("blink"), "unknown_status", "data.engagementtype"),
        (event(SMS, {"tag": "C-1~d1"}), "unknown_status", "data.deliverystatus"),
    ],
)
async def test_what_is_no_report_is_refused_with_the_field(world: World, said: object, reason: str, field: str) -> None:
    assert await world.refused(said) == (reason, field)


@given(
    st.binary()
    | st.dictionaries(st.sampled_from(list(sms())), st.none() | st.integers() | st.text())
    .map(json.dumps)
    .map(str.encode)
)
async def test_any_bytes_are_a_report_or_refused(raw: bytes) -> None:
    reason, _ = await World().refused(raw)
    assert reason in {"malformed_json", "invalid_event"}


async def test_the_same_report_is_the_same_message_and_another_one_is_not(world: World) -> None:
    async def identity(**fields: Any) -> str:
        return (await world.read({**sms(), **fields})).id

    assert await identity() == await identity()
    assert len({await identity(), await identity(id="e2"), await identity(source="/acs2")}) == 3


async def test_a_report_that_was_read_before_is_taken_as_it_is(world: World) -> None:
    envelope = await world.read(sms())
    assert await world.read(envelope.encode()) == envelope


@pytest.mark.parametrize(
    ("clicked", "told"),
    [
        ("https://shop.example/sale", "https://shop.example/sale"),
        ("https://shop.example/sale?customer=kim#top", "https://shop.example/sale"),
        ("https://kim:secret@shop.example:8443/sale", "https://shop.example/sale"),
        ("https://care.example/t/a-token-that-opens-the-ticket", "https://care.example/t"),
        ("https://care.example", "https://care.example"),
        ("https://[", ""),
        ("nothing", ""),
        (None, ""),
        ("https://shop.example/" + "x" * 1000, ("https://shop.example/" + "x" * 1000)[:500]),
    ],
)
async def test_a_click_tells_where_it_led_and_not_who_clicked(world: World, clicked: object, told: str) -> None:
    assert (await world.body(engaged("click", clicked))).link == told


async def test_what_a_customer_writes_is_read_for_whoever_has_the_number() -> None:
    world = World()
    said = event(RECEIVED, {"from": "+4930123456", "to": "+15550100", "message": "Please call me"})
    envelope = await world.read(said)
    assert envelope.kind == SmsReceived.kind
    assert codec.typed(SmsReceived, envelope.body) == SmsReceived("+4930123456", "Please call me", NOON, "/acs")
    assert await world.read(envelope.encode()) == envelope


async def test_a_report_is_said_when_it_is_read_however_old_its_event(world: World) -> None:
    """Patience with trouble counts from here: a report of yesterday is not given up at once."""
    world.clock.at = NOON + timedelta(days=3)
    envelope = await world.read(sms())
    assert envelope.time == world.clock.at
    assert (await world.body(sms())).at == NOON
