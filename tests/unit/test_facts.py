"""How one feature's decisions see another feature's rows, and how an event finds its contact."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import facts
from shared.cases.case import Case
from shared.contacts.contact import Consent, Contact
from shared.definitions.catalogue import Catalogue
from shared.definitions.conditions import asks
from shared.definitions.policy import Policy
from shared.definitions.scope import COMPARED, CONTACT
from shared.deliveries.delivery import Delivery
from shared.deliveries.facts import Recipient
from shared.deliveries.messages import SendSms
from shared.devices.device import Device, Ownership
from shared.devices.guard import Glance
from shared.events.messages import TriggerFired
from shared.runtime.codec import plain
from shared.runtime.memory.store import MemoryStore
from shared.runtime.step import Head
from shared.runtime.store import Upsert
from tests.unit.definitions.world import load
from tests.unit.runtime.world import WatchedStore

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
    city="Berlin",
    attributes={"seats": 3, "warranty_until": "2026-11-22T12:00:00Z"},
    registered_at=NOON,
)
DEVICE = Device("D-1", "M", (Ownership("C-1", NOON), Ownership("C-2", NOON + DAY)))


async def store() -> MemoryStore:
    known = MemoryStore()
    case = Case("K1", "CAS-1", 3, "C-1", "t", "normal", "iot", NOON, status="resolved", status_reason="problem_solved")
    for table, partition, state in (("contacts", "C%2F1", ADA), ("devices", "D-1", DEVICE), ("cases", "K1", case)):
        await known.write(table, partition, Upsert("head", plain(Head(state, NOON, 1))))
    return known


async def test_a_guard_sees_of_a_case_what_decides() -> None:
    assert await facts.glance(await store(), "K1", Policy()) == Glance(3, False, "CAS-1", "resolved")
    assert await facts.glance(await store(), "K2", Policy()) is None


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


SEGMENTS = """
contact_attributes: ours
attributes: {seats: number, warranty_until: {type: datetime, optional: true}}
---
segment: germans
members: {attribute: contact.language, op: eq, value: de}
---
segment: others
members: {not: {segment: germans}}
---
journey: j
starts_on: alarm
entry:
  all:
    - {segment: germans}
    - {segment: others}
    - {attribute: contact.city, op: eq, value: Berlin}
    - {attribute: contact.seats, op: gte, value: 2}
    - {attribute: contact.account, op: is_set}
    - {attribute: contact.warranty_until, op: within_next, value: P2D}
    - {attribute: contact.registered_at, op: within_last, value: P1D}
    - {attribute: trigger.code, op: is_set}
tiles: [{exit: x}]
"""


async def asked_of(contact: str, now: datetime = NOON, known: WatchedStore | None = None) -> Mapping[str, bool]:
    documents = load(SEGMENTS)
    catalogue = Catalogue({}, {}, {}, segments=documents.segments)
    entry = documents.journeys["j"].entry
    assert entry is not None
    return await facts.verdicts(known or await store(), catalogue, contact, asks(entry), now)


async def test_what_conditions_find_of_a_contact_is_a_verdict_on_each() -> None:
    assert await asked_of("C/1") == {
        "segment germans": True,
        "segment others": False,
        'contact.city eq "Berlin"': True,
        "contact.seats gte 2": True,
        "contact.account is_set": False,
        'contact.warranty_until within_next "P2D"': True,
        'contact.registered_at within_last "P1D"': True,
    }
    later = await asked_of("C/1", NOON + 9 * DAY)
    assert [key for key, verdict in later.items() if "within" in key and verdict] == []


async def test_of_a_contact_that_does_not_exist_nothing_is_true_not_even_what_is_turned_around() -> None:
    verdicts = await asked_of("C-2")
    assert len(verdicts) == 7
    assert not any(verdicts.values())


async def test_verdicts_cost_one_read_and_none_where_nothing_is_asked() -> None:
    watched = WatchedStore(await store())
    await asked_of("C/1", known=watched)
    assert watched.requests == ["get contacts head"]
    watched.requests.clear()
    assert await facts.verdicts(watched, Catalogue({}, {}, {}), "C/1", frozenset(), NOON) == {}
    assert watched.requests == []


async def walked(limit: int, before: datetime | None = None) -> tuple[list[list[str]], list[str]]:
    """Return the pages of Germans among a shard's ten contacts, every second of whom is one, and the requests."""
    rows = MemoryStore()
    for number in range(10):
        contact = replace(ADA, id=f"C/{number}", language="de" if number % 2 else "en")
        await rows.write("contacts", f"C%2F{number}", Upsert("head", plain(Head(contact, NOON, 1))))
        line = {"registered_at": (NOON + number * DAY).isoformat()}
        await rows.write("views", "contacts~a", Upsert(f"C%2F{number}", line))
    await rows.write("views", "contacts~a", Upsert("gone", {"registered_at": NOON.isoformat()}))
    known, catalogue = WatchedStore(rows), Catalogue({}, {}, {}, segments=load(SEGMENTS).segments)
    pages: list[list[str]] = []
    after: str | None = ""
    while after is not None:
        page, after = await facts.members(known, catalogue, "germans", "a", after, limit, NOON, before)
        pages.append(list(page))
    return pages, known.requests


@pytest.mark.parametrize("limit", [1, 3, 4, 100])
async def test_all_members_of_a_shard_are_found_page_by_page(limit: int) -> None:
    pages, _ = await walked(limit)
    assert [contact for page in pages for contact in page] == ["C/1", "C/3", "C/5", "C/7", "C/9"]


async def test_a_page_costs_one_read_and_one_for_each_contact() -> None:
    _, requests = await walked(100)
    assert len(requests) == 1 + 11


async def test_who_registered_later_is_not_looked_at() -> None:
    pages, requests = await walked(100, NOON + 4 * DAY)
    assert pages == [["C/1", "C/3"]]
    assert len(requests) == 1 + 5


async def test_conditions_may_ask_for_whatever_is_kept_of_a_contact_but_for_what_tells_who_it_is() -> None:
    everything = replace(ADA, position="x", account="x", relationship="x", preferred_channel="sms", attributes={})
    assert everything.compared().keys() == COMPARED.keys()
    assert not {"name", "email", "phone"} & COMPARED.keys()


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


PHONE = "+4930123456"


async def with_phone(*said: tuple[str, str]) -> MemoryStore:
    """A store in which these contacts were said to have the number, and have another one where it is named."""
    known = MemoryStore()
    for contact, phone in said:
        state = replace(ADA, id=contact, points={"sms": phone})
        await known.write("contacts", contact, Upsert("head", plain(Head(state, NOON, 1))))
        await known.write("refs", "phone", Upsert(f"{PHONE}~{contact}", {"contact": contact}))
    return known


async def test_who_has_a_number_now_is_found_by_it() -> None:
    known = await with_phone(("C-1", PHONE), ("C-2", "+4930999999"), ("C-3", PHONE))
    assert await facts.whose_phone(known, PHONE) == ["C-1", "C-3"]


async def test_a_number_that_only_begins_alike_is_another() -> None:
    assert await facts.whose_phone(await with_phone(("C-1", PHONE)), PHONE[:-1]) == []


async def test_who_is_not_there_any_more_has_no_number() -> None:
    known = MemoryStore()
    await known.write("refs", "phone", Upsert(f"{PHONE}~C-1", {"contact": "C-1"}))
    assert await facts.whose_phone(known, PHONE) == []


async def sent(*messages: tuple[str, str, datetime | None]) -> MemoryStore:
    """A store with these deliveries: id, channel, and when they were sent."""
    known = MemoryStore()
    for id_, channel, at in messages:
        times = {"sent": at} if at else {"blocked": NOON}
        delivery = Delivery(id_, "C-1", channel, "sent", SendSms(id_, "C-1", "t", {}), NOON, times=times)
        await known.write("contacts", "C-1", Upsert(f"delivery:{id_}", plain(Head(delivery, NOON, 1))))
    return known


async def test_a_reply_answers_the_newest_sms_that_was_sent_before_it() -> None:
    hours = [NOON - timedelta(hours=hour) for hour in range(5)]
    known = await sent(
        ("early", "sms", hours[4]),
        ("newest", "sms", hours[2]),
        ("email", "email", hours[1]),
        ("later", "sms", NOON + timedelta(seconds=1)),
        ("blocked", "sms", None),
    )
    assert await facts.newest_sms(known, "C-1", NOON) == "newest"


async def test_a_reply_after_a_week_answers_nothing() -> None:
    assert await facts.newest_sms(await sent(("old", "sms", NOON - 8 * DAY)), "C-1", NOON) == ""


async def test_the_newest_is_found_among_many() -> None:
    many = [(f"{number:04}", "sms", NOON - timedelta(minutes=500 - number)) for number in range(250)]
    assert await facts.newest_sms(await sent(*many), "C-1", NOON) == "0249"
