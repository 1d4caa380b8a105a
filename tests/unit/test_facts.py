"""How one feature's decisions see another feature's rows, and how an event finds its contact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import facts
from shared.cases.case import Case
from shared.contacts.contact import Consent, Contact
from shared.definitions.catalogue import Catalogue
from shared.definitions.scope import CONTACT
from shared.deliveries.send import Recipient
from shared.devices.device import Device, Ownership
from shared.devices.guard import Glance
from shared.events.messages import TriggerFired
from shared.runtime.codec import plain
from shared.runtime.memory.store import MemoryStore
from shared.runtime.step import Head
from shared.runtime.store import Upsert
from tests.unit.definitions.world import load

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADA = Contact(
    "C/1",
    "Ada Example",
    "de",
    "Europe/Berlin",
    {"sms": "+4930123456", "email": "ada@example.org"},
    NOON,
    {
        "sms:+4930123456:commercial": Consent("opted_in", "agent", NOON),
        "sms:+4930999999:commercial": Consent("opted_out", "agent", NOON),
        "email:ada@example.org:transactional": Consent("opted_out", "page", NOON),
    },
)
DEVICE = Device("D-1", "M", (Ownership("C-1", NOON), Ownership("C-2", NOON + DAY)))


async def store() -> MemoryStore:
    known = MemoryStore()
    case = Case("K1", "CAS-1", 3, "C-1", "t", "normal", "iot", NOON, status="resolved", status_reason="problem_solved")
    for table, partition, state in (("contacts", "C%2F1", ADA), ("devices", "D-1", DEVICE), ("cases", "K1", case)):
        await known.write(table, partition, Upsert("head", plain(Head(state, NOON, 1))))
    return known


async def test_a_guard_sees_of_a_case_what_decides() -> None:
    assert await facts.glance(await store(), "K1") == Glance(3, is_open=False, number="CAS-1")
    assert await facts.glance(await store(), "K2") is None


async def test_a_delivery_sees_points_and_the_consents_of_its_channels_present_point() -> None:
    sms = await facts.recipient(await store(), "C/1", "sms")
    assert sms == Recipient("Ada Example", "de", "Europe/Berlin", ADA.points, {"commercial": "opted_in"})
    email = await facts.recipient(await store(), "C/1", "email")
    assert email is not None
    assert email.consents == {"transactional": "opted_out"}
    assert await facts.recipient(await store(), "C-2", "sms") is None


async def test_a_condition_sees_nothing_that_tells_who_a_contact_is() -> None:
    seen = await facts.person(await store(), "C/1")
    assert seen == {"contact_id": "C/1", "language": "de", "time_zone": "Europe/Berlin"}
    assert seen.keys() == CONTACT.keys()
    assert await facts.person(await store(), "C-2") == {}


async def found(trigger: str, attributes: dict[str, Any], at: datetime = NOON, contact: str | None = None) -> Any:
    definitions = load("journey: j\nstarts_on: alarm\ntiles: [{exit: x}]\n")
    catalogue = Catalogue(definitions.triggers, {}, {})
    fired = TriggerFired(trigger, attributes, at, contact=contact)
    return await facts.audience(await store(), catalogue, "e1", fired, max(at, NOON))


@pytest.mark.parametrize(("at", "owner"), [(NOON, "C-1"), (NOON + DAY, "C-2"), (NOON + 9 * DAY, "C-2")])
async def test_an_event_of_a_device_is_for_its_owner_at_that_time(at: datetime, owner: str) -> None:
    assert await found("alarm", {"device": "D-1"}, at) == (owner, "")


async def test_an_event_that_names_its_contact_is_for_them() -> None:
    assert await found("case-changed", {"contact": "C-7"}) == ("C-7", "")
    assert await found("case-changed", {"contact": "C-7"}, contact="C-8") == ("C-8", "")
    assert await found("unheard-of", {}, contact="C-8") == ("C-8", "")


@pytest.mark.parametrize(
    ("trigger", "attributes", "at", "reason"),
    [
        ("unheard-of", {}, NOON, "unknown_trigger"),
        ("praised", {}, NOON, "no_audience"),
        ("alarm", {}, NOON, "no_audience"),
        ("alarm", {"device": None}, NOON, "no_audience"),
        ("alarm", {"device": "D-2"}, NOON, "unknown_device"),
        ("alarm", {"device": "D-1"}, NOON - DAY, "no_owner_at_that_time"),
    ],
)
async def test_an_event_for_nobody_says_why(
    trigger: str, attributes: dict[str, Any], at: datetime, reason: str
) -> None:
    assert await found(trigger, attributes, at) == (None, reason)


@pytest.mark.parametrize(("timed", "at"), [(False, NOON - timedelta(hours=1)), (True, NOON + timedelta(hours=1))])
async def test_an_event_without_a_past_time_stays_with_whom_it_was_first_taken_for(timed: bool, at: datetime) -> None:
    """The device changed hands in between: a second run would be another customer's."""
    definitions = load("journey: j\nstarts_on: alarm\ntiles: [{exit: x}]\n")
    catalogue, rows = Catalogue(definitions.triggers, {}, {}), await store()
    device = Device("D-5", "", (Ownership("C-1", NOON - DAY),))
    sold = Device("D-5", "", (*device.owners, Ownership("C-2", NOON)))

    async def taken_for(now: datetime, time: datetime) -> tuple[str | None, str]:
        fired = TriggerFired("alarm", {"device": "D-5"}, time, timed)
        return await facts.audience(rows, catalogue, "e1", fired, now)

    await rows.write("devices", "D-5", Upsert("head", plain(Head(device, NOON, 1))))
    assert await taken_for(NOON - timedelta(hours=1), at) == ("C-1", "")
    await rows.write("devices", "D-5", Upsert("head", plain(Head(sold, NOON, 2))))
    later = at if timed else NOON + DAY
    assert await taken_for(NOON + timedelta(minutes=1), later) == ("C-1", "")
