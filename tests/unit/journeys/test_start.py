"""The router of events: every journey that starts on the trigger, every run that waits for it, and never silence."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared.definitions.catalogue import Catalogue, Published
from shared.definitions.conditions import Asked, verdict_key
from shared.devices.messages import RecoverDevice
from shared.events.messages import RecordChanged, TriggerFired
from shared.journeys.messages import Awaited, EnterJourney, TellWaiters
from shared.journeys.run import run_id
from shared.journeys.start import StartJourneys
from shared.journeys.waits import PAGE, resumes
from shared.runtime.codec import plain, typed
from shared.runtime.decision import Decision, Outgoing, Put
from shared.runtime.envelope import Envelope, Message
from shared.runtime.ids import derived
from shared.runtime.memory.store import MemoryStore
from shared.runtime.step import Parcel
from shared.runtime.store import Upsert
from tests.unit.definitions.world import load
from tests.unit.journeys.building import ALARM, LATER, NOON

JOURNEYS = """
journey: first
starts_on: alarm
tiles: [{id: hi, send_sms: hello}]
---
journey: second
starts_on: alarm
tiles: [{id: hi, send_sms: hello}]
"""
CHANGED = {"case": "K1", "number": "CAS-1", "contact": "C-1", "status": "resolved", "device": "D-1"}


def catalogue(**states: str) -> Catalogue:
    documents = load(JOURNEYS)
    journeys = {
        name: Published(journey, 1, states.get(name, "live"), NOON)  # type: ignore[arg-type]
        for name, journey in documents.journeys.items()
    }
    waits = {"case-changed": frozenset({"device", "contact"})}
    return Catalogue(documents.triggers, journeys, documents.templates, waits)


class World:
    def __init__(self, known: Catalogue | None = None) -> None:
        self.store = MemoryStore()
        self.catalogue = known or catalogue()
        self.contact: tuple[str | None, str] = ("C-1", "")
        self.members: set[str] = set()
        self.start = StartJourneys(self.store, self._current, self._audience, self._verdicts)

    async def _current(self) -> Catalogue:
        return self.catalogue

    async def _verdicts(
        self, _catalogue: Catalogue, contact: str, asked: frozenset[Asked], _now: datetime
    ) -> Mapping[str, bool]:
        return {verdict_key(each): contact in self.members for each in asked}

    async def _audience(
        self, _catalogue: Catalogue, _event: str, fired: TriggerFired, _now: datetime
    ) -> tuple[str | None, str]:
        return (fired.contact, "") if fired.contact else self.contact

    async def route(self, body: TriggerFired, now: datetime = LATER) -> Decision[None]:
        return await self.start.route(message(body), now)

    async def waits(self, run: str, partition: str) -> None:
        address = {"journey": "waits", "contact": "C-1", "run": run, "token": f"t-{run}"}
        await self.store.write("waiters", partition, Upsert(f"{run}~t-{run}", address))

    async def resumed(self, attributes: Mapping[str, Any] | None = None, contact: str | None = "C-1") -> list[str]:
        """Name the runs that are told of a changed case."""
        fired = TriggerFired("case-changed", CHANGED if attributes is None else attributes, NOON, contact=contact)
        return [awaited(outgoing).run for outgoing in await resumes(self.store, self.catalogue, "e1", fired)]


def message(body: TriggerFired) -> Message[TriggerFired]:
    return Message("e1", LATER, body, ("e0",))


def alarm(**fields: Any) -> TriggerFired:
    return TriggerFired("alarm", ALARM, NOON, source="/plant", **fields)


def awaited(outgoing: Outgoing) -> Awaited:
    assert isinstance(outgoing.body, Awaited)
    return outgoing.body


def told_of(event: str) -> Awaited:
    """Return what the run that waits by its device hears of a changed case."""
    return Awaited("waits", "C-1", "r9", "t-r9", event, CHANGED, NOON, hint="case-changed~device~D-1")


def entries(decision: Decision[None]) -> list[EnterJourney]:
    found = [*([decision.then] if decision.then else []), *decision.messages]
    return [outgoing.body for outgoing in found if isinstance(outgoing.body, EnterJourney)]


async def test_every_journey_on_the_trigger_is_told_and_the_first_one_at_once() -> None:
    decision = await World().route(alarm())
    assert decision.then is not None
    assert [entry.journey for entry in entries(decision)] == ["first", "second"]
    assert len(decision.messages) == 1


async def test_a_journey_is_told_what_happened_to_whom() -> None:
    [first, _] = entries(await World().route(alarm()))
    assert first == EnterJourney("first", "C-1", run_id("first", "e1"), "e1", ALARM, NOON)


async def test_an_event_starts_one_run_in_a_journey_however_often_it_comes() -> None:
    world = World()
    once, again = await world.route(alarm()), await world.route(alarm(), now=LATER)
    assert once == again
    assert len({entry.run for entry in entries(once)}) == 2


async def test_a_journey_is_told_whatever_its_state_for_its_run_may_be_there_already() -> None:
    world = World(catalogue(first="stopped", second="publishing"))
    assert [entry.journey for entry in entries(await world.route(alarm()))] == ["first", "second"]


async def test_runs_that_wait_are_told_too() -> None:
    world = World()
    await world.waits("r9", "case-changed~device~D-1")
    decision = await world.route(TriggerFired("case-changed", CHANGED, NOON))
    assert decision.then is None
    assert [awaited(outgoing).run for outgoing in decision.messages] == ["r9"]


async def test_an_event_that_nothing_uses_is_kept_until_something_does() -> None:
    known = catalogue()
    decision = await World(replace(known, journeys={}, waits={})).route(alarm())
    [record] = decision.records
    assert isinstance(record, Put)
    assert (record.table, record.data["reason"]) == ("unmatched", "no_journey")
    assert (decision.messages, decision.then) == ((), None)


async def test_an_event_that_nobody_waits_for_just_now_leaves_nothing() -> None:
    assert await World().route(TriggerFired("case-changed", CHANGED, NOON)) == Decision()


@pytest.mark.parametrize("reason", ["no_audience", "unknown_device", "no_owner_at_that_time"])
async def test_an_event_for_nobody_is_kept_whole_with_the_reason(reason: str) -> None:
    world = World()
    world.contact = (None, reason)
    decision = await world.route(alarm())
    [record] = decision.records
    assert isinstance(record, Put)
    assert (record.table, record.partition, record.key) == ("unmatched", "2026-11-21", "e1")
    assert {name: record.data[name] for name in ("reason", "trigger", "source")} == {
        "reason": reason,
        "trigger": "alarm",
        "source": "/plant",
    }
    kept = typed(Envelope, record.data["envelope"])
    assert (kept.id, kept.kind, kept.cause) == ("e1", "trigger_fired", ("e0",))
    assert typed(TriggerFired, kept.body) == alarm()
    assert (decision.messages, decision.then) == ((), None)


async def test_a_wait_is_found_by_what_it_compares() -> None:
    world = World()
    await world.waits("by-device", "case-changed~device~D-1")
    await world.waits("by-contact", "case-changed~contact~C-1")
    await world.waits("by-other-device", "case-changed~device~D-2")
    assert await world.resumed() == ["by-contact", "by-device"]


async def test_an_event_without_the_value_resumes_nothing_by_it() -> None:
    world = World()
    await world.waits("by-device", "case-changed~device~D-1")
    await world.waits("by-none", "case-changed~device~None")
    assert await world.resumed({"device": None}) == await world.resumed({}) == []


async def test_an_event_for_nobody_resumes_no_wait_by_contact() -> None:
    world = World()
    await world.waits("by-contact", "case-changed~contact~C-1")
    assert await world.resumed(contact=None) == []


async def test_values_from_outside_cannot_reach_into_another_list() -> None:
    world = World()
    await world.waits("by-device", "case-changed~device~D-1")
    assert await world.resumed({"device": "D-1~x"}) == []
    await world.waits("odd", "case-changed~device~a%2Fb%7Ec")
    assert await world.resumed({"device": "a/b~c"}) == ["odd"]


async def test_an_event_tells_a_run_once_however_often_it_is_looked_up() -> None:
    world = World()
    await world.waits("r9", "case-changed~device~D-1")
    fired = TriggerFired("case-changed", CHANGED, NOON)
    once = await resumes(world.store, world.catalogue, "e1", fired)
    assert once == await resumes(world.store, world.catalogue, "e1", fired)
    [other] = await resumes(world.store, world.catalogue, "e2", fired)
    assert other.id != once[0].id
    assert awaited(once[0]) == told_of("e1")


def raised(body: TriggerFired) -> Parcel:
    return Parcel.of(Outgoing("e2", body))


async def test_a_trigger_from_inside_that_starts_a_journey_is_sent_itself() -> None:
    parcel = raised(alarm(contact="C-1"))
    assert await World().start.admit(parcel, False) == [parcel]


async def test_a_trigger_from_inside_that_is_only_waited_for_goes_straight_to_who_waits() -> None:
    world = World()
    await world.waits("r9", "case-changed~device~D-1")
    [parcel] = await world.start.admit(raised(TriggerFired("case-changed", CHANGED, NOON, contact="C-1")), False)
    assert parcel.kind == Awaited.kind
    assert typed(Awaited, parcel.body) == told_of("e2")


@pytest.mark.parametrize("trigger", ["case-changed", "sms-delivered", "never-heard-of"])
async def test_a_trigger_from_inside_that_nobody_uses_is_nothing(trigger: str) -> None:
    assert await World().start.admit(raised(TriggerFired(trigger, CHANGED, NOON, contact="C-1")), False) == []


async def test_a_parcel_on_record_is_admitted_like_a_new_one() -> None:
    parcel = raised(alarm(contact="C-1"))
    stored = typed(Parcel, plain(parcel))
    assert await World().start.admit(stored, False) == [parcel]


@pytest.mark.parametrize("state", ["draft", "stopped"])
async def test_a_trigger_that_is_not_ready_is_not_raised(state: str) -> None:
    known = catalogue()
    held = replace(known.triggers["alarm"], state=state)  # type: ignore[arg-type]
    world = World(replace(known, triggers={**known.triggers, "alarm": held}))
    assert await world.start.admit(raised(alarm(contact="C-1")), False) == []


async def test_an_event_without_the_value_that_runs_wait_by_is_kept() -> None:
    world = World()
    await world.waits("by-device", "case-changed~device~D-1")
    for attributes in ({}, {"device": None}):
        decision = await world.route(TriggerFired("case-changed", attributes, NOON))
        [record] = decision.records
        assert isinstance(record, Put)
        assert (record.table, record.data["reason"]) == ("unmatched", "no_correlation")
        assert (decision.messages, decision.then) == ((), None)


async def test_an_event_that_a_run_takes_by_something_else_is_not_unmatched() -> None:
    world = World()
    await world.waits("by-contact", "case-changed~contact~C-1")
    decision = await world.route(TriggerFired("case-changed", {}, NOON))
    assert [awaited(outgoing).run for outgoing in decision.messages] == ["by-contact"]
    assert decision.records == ()


async def test_an_event_that_starts_a_journey_is_not_unmatched_whatever_it_lacks() -> None:
    known = catalogue()
    decision = await World(replace(known, waits={"alarm": frozenset({"note"})})).route(alarm())
    assert len(entries(decision)) == 2
    assert decision.records == ()


async def test_a_trigger_from_inside_that_lacks_the_value_is_sent_to_be_kept() -> None:
    parcel = raised(TriggerFired("case-changed", {}, NOON, contact="C-1"))
    assert await World().start.admit(parcel, False) == [parcel]


NEW_CASE = RecordChanged("cases", "K1", (), CHANGED, "C-1", NOON)
MOVED = replace(NEW_CASE, columns=("status",), attributes={**CHANGED, "priority": "high"})


async def test_a_change_is_what_the_triggers_on_it_make_of_it_with_what_they_declare() -> None:
    known = catalogue()
    journeys = {
        name: replace(published, journey=replace(published.journey, starts_on="case-changed"))
        for name, published in known.journeys.items()
    }
    [parcel] = await World(replace(known, journeys=journeys)).start.admit(change(MOVED), False)
    assert (parcel.kind, parcel.id) == (TriggerFired.kind, derived("event", "c1", "case-changed"))
    assert typed(TriggerFired, parcel.body) == TriggerFired(
        "case-changed", CHANGED, NOON, source="carebus/cases", contact="C-1"
    )


async def test_a_change_that_is_only_waited_for_goes_straight_to_who_waits() -> None:
    world = World()
    await world.waits("r9", "case-changed~device~D-1")
    [parcel] = await world.start.admit(change(MOVED), False)
    event = derived("event", "c1", "case-changed")
    assert typed(Awaited, parcel.body) == told_of(event)


async def test_a_change_fires_every_trigger_on_it_as_an_event_of_its_own() -> None:
    known = catalogue()
    again = replace(known.triggers["case-changed"], name="case-moved")
    waits = {"case-changed": frozenset({"device"}), "case-moved": frozenset({"device"})}
    world = World(replace(known, triggers={**known.triggers, "case-moved": again}, waits=waits))
    await world.waits("r1", "case-changed~device~D-1")
    await world.waits("r2", "case-moved~device~D-1")
    parcels = await world.start.admit(change(MOVED), False)
    assert {typed(Awaited, parcel.body).run for parcel in parcels} == {"r1", "r2"}
    assert len({typed(Awaited, parcel.body).event for parcel in parcels}) == 2
    assert await world.start.admit(change(MOVED), False) == parcels


@pytest.mark.parametrize(
    "unwatched", [NEW_CASE, replace(MOVED, columns=("priority",)), replace(MOVED, table="devices")]
)
async def test_a_change_that_no_trigger_watches_is_nothing(unwatched: RecordChanged) -> None:
    world = World()
    await world.waits("r9", "case-changed~device~D-1")
    assert await world.start.admit(change(unwatched), False) == []


def change(body: RecordChanged) -> Parcel:
    return typed(Parcel, plain(Parcel.of(Outgoing("c1", body))))


async def test_many_who_wait_are_told_page_by_page_and_each_once() -> None:
    world = World()
    for number in range(2 * PAGE + 7):
        address = {"journey": "j", "contact": f"C-{number}", "run": f"r{number:04d}", "token": "t"}
        await world.store.write("waiters", "case-changed~device~D-1", Upsert(f"r{number:04d}~t", address))
    fired = TriggerFired("case-changed", {"case": "K", "device": "D-1", "status": "open"}, NOON, contact="C-1")
    told: list[str] = []
    sizes: list[int] = []
    messages = await resumes(world.store, world.catalogue, "e1", fired)
    while messages:
        told += [each.body.run for each in messages if isinstance(each.body, Awaited)]
        sizes.append(len(messages))
        following = [each.body for each in messages if isinstance(each.body, TellWaiters)]
        messages = []
        for body in following:
            messages += (await world.start.tell(Message("m", LATER, body), LATER)).messages
    assert sorted(told) == [f"r{number:04d}" for number in range(2 * PAGE + 7)]
    assert max(sizes) <= PAGE + 1


RECOVERED = """
trigger: recovered
kind: custom
command: recover_device
attributes: {device_id: reference, error_code: {type: number, optional: true}}
audience: {attribute: device_id, via: device.owner}
"""


def recovered(**attributes: Any) -> TriggerFired:
    return TriggerFired("recovered", {"device_id": "D-1", **attributes}, NOON, source="/plant")


def recovering(text: str = "", state: str = "ready") -> World:
    documents = load(f"{RECOVERED}state: {state}\n{text}")
    journeys = {name: Published(journey, 1, "live", NOON) for name, journey in documents.journeys.items()}
    return World(Catalogue(documents.triggers, journeys, documents.templates))


async def test_an_event_whose_trigger_names_a_command_gives_it_though_no_journey_is_there() -> None:
    decision = await recovering().route(recovered(error_code=11))
    assert decision.then is not None
    assert decision.then.body == RecoverDevice("D-1", NOON, 11)
    assert decision.records == ()


async def test_it_gives_the_command_beside_the_journeys_that_it_starts() -> None:
    decision = await recovering("---\njourney: thanks\nstarts_on: recovered\ntiles: [{exit: fine}]").route(recovered())
    assert [entry.journey for entry in entries(decision)] == ["thanks"]
    assert [each.body for each in decision.messages] == [RecoverDevice("D-1", NOON)]


async def test_a_device_that_nobody_knows_can_work_again_and_is_on_the_list_of_what_nobody_took() -> None:
    """Found by a new user: a wrong device id in a recovery was nowhere to be found."""
    world = recovering()
    world.contact = None, "unknown_device"
    decision = await world.route(recovered())
    assert decision.then is not None
    assert decision.then.body == RecoverDevice("D-1", NOON)
    assert [(put.table, put.data["reason"]) for put in decision.records if isinstance(put, Put)] == [
        ("unmatched", "unknown_device")
    ]


async def test_a_message_of_somebody_unknown_is_for_the_intake_alone() -> None:
    world = recovering()
    trigger = replace(world.catalogue.triggers["recovered"], command="take_activity")
    world.catalogue = replace(world.catalogue, triggers={"recovered": trigger})
    world.contact = None, "unknown_device"
    decision = await world.route(recovered())
    assert decision.then is not None
    assert (decision.then.body.kind, decision.records) == ("take_activity", ())


async def test_a_trigger_that_is_not_ready_gives_no_command() -> None:
    decision = await recovering(state="stopped").route(recovered())
    assert decision.then is None
