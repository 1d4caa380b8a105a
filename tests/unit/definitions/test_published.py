"""Publishing: all at once or nothing, one version a change, and runs keep the version they began with."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.definitions.faults import Invalid
from shared.definitions.published import EVERYBODY_KNOWS, Change, Definitions, NotKnownYet
from shared.runtime.errors import Conflict
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Insert, Upsert
from tests.unit.definitions.world import load
from tests.unit.runtime.world import NOON, TurnedClock, WatchedStore

CACHE = timedelta(seconds=10)
FIRST = "journey: j\nstarts_on: alarm\ntiles: [{id: hi, send_sms: hello}]\n"
SECOND = "journey: j\nstarts_on: alarm\ntiles: [{exit: nothing}]\n"
WAITING = "journey: j\nstarts_on: alarm\ntiles: [{id: w, if_then: {trigger: case-changed, by: device, within: P1D}}]\n"
SEGMENT = "segment: s\nmembers: {attribute: contact.city, op: is_set}\n"


@dataclass
class World:
    """One store, and processes that read from it."""

    clock: TurnedClock = field(default_factory=TurnedClock)
    rows: MemoryStore = field(default_factory=MemoryStore)
    store: WatchedStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = WatchedStore(self.rows)

    def process(self) -> Definitions:
        return Definitions(self.store, self.clock, CACHE)

    async def publish(self, text: str) -> list[Change]:
        return await self.process().publish(load(text))

    def reads(self, key: str) -> int:
        return sum(request.endswith(f" {key}") and request.startswith("get") for request in self.store.requests)


async def test_what_is_published_is_read_by_every_process() -> None:
    world = World()
    changes = await world.publish(FIRST)
    assert {change.name for change in changes} >= {"alarm", "hello", "j"}
    assert {(change.version, change.is_new) for change in changes} == {(1, True)}
    catalogue = await world.process().current()
    assert catalogue.journeys["j"].journey == load(FIRST).journeys["j"]
    assert catalogue.triggers == load(FIRST).triggers
    assert catalogue.templates == load(FIRST).templates


async def test_segments_are_published_in_versions_like_templates() -> None:
    world = World()
    text = "segment: s\nmembers: {attribute: contact.tariff, op: eq, value: gold}\n---\n"
    declared = "contact_attributes: c\nattributes: {tariff: text}\n"
    await world.publish(text + declared)
    assert (await world.process().current()).segments == load(text + declared).segments
    assert await world.publish(text.replace("gold", "silver") + declared) == [Change("segment", "s", 2, is_new=False)]
    assert (await world.process().current()).segments == load(text.replace("gold", "silver") + declared).segments


async def test_what_was_published_before_there_were_segments_has_none() -> None:
    world = World()
    await world.publish(FIRST)
    row = await world.rows.get("definitions", "catalogue", "latest")
    assert row is not None
    old = {part: content for part, content in row.data.items() if part not in ("segments", "contact_attributes")}
    await world.rows.write("definitions", "catalogue", Upsert("latest", old))
    assert (await world.process().current()).segments == {}
    assert [change.kind for change in await world.publish(FIRST + "---\n" + SEGMENT)] == ["segment"]


async def test_before_anything_is_published_there_is_nothing() -> None:
    process = World().process()
    catalogue = await process.current()
    assert (catalogue.triggers, catalogue.templates, catalogue.journeys) == ({}, {}, {})
    assert await process.template("hello") == (None, 0)


async def test_publishing_the_same_again_changes_nothing() -> None:
    world = World()
    await world.publish(FIRST)
    world.store.requests.clear()
    assert await world.publish(FIRST) == []
    assert [request for request in world.store.requests if request.startswith("write")] == []


async def test_a_change_is_one_version_more_of_what_changed() -> None:
    world = World()
    await world.publish(FIRST)
    assert await world.publish(SECOND) == [Change("journey", "j", 2, is_new=False)]
    assert (await world.process().current()).journeys["j"].version == 2


async def test_going_back_is_a_new_version_too() -> None:
    world = World()
    for text in (FIRST, SECOND):
        await world.publish(text)
    assert await world.publish(FIRST) == [Change("journey", "j", 3, is_new=False)]


async def test_runs_keep_the_version_they_began_with() -> None:
    world = World()
    for text in (FIRST, SECOND):
        await world.publish(text)
    process = world.process()
    assert await process.journey("j", 1) == load(FIRST).journeys["j"]
    assert await process.journey("j", 2) == load(SECOND).journeys["j"]


async def test_a_version_that_never_was_is_an_error_that_names_it() -> None:
    with pytest.raises(LookupError, match="j has no version 7"):
        await World().process().journey("j", 7)


async def test_a_journey_is_live_once_every_process_has_read_it() -> None:
    world = World()
    await world.publish(FIRST)
    assert (await world.process().current()).journeys["j"].live_from == NOON + CACHE + EVERYBODY_KNOWS


async def test_an_edited_journey_goes_on_as_it_was_until_every_process_has_read_the_new_version() -> None:
    world = World()
    await world.publish(FIRST)
    world.clock.at += timedelta(hours=1)
    await world.publish(SECOND)
    world.clock.at += timedelta(seconds=1)
    await world.publish(WAITING)
    knowing = world.process()
    assert (await knowing.published("j")).version == 1
    world.clock.at += CACHE + EVERYBODY_KNOWS
    assert (await knowing.published("j")).version == 3
    assert (await world.process().published("j")).version == 3


async def test_a_journey_that_is_to_start_on_something_else_has_no_version_before() -> None:
    world = World()
    await world.publish(FIRST)
    world.clock.at += timedelta(hours=1)
    await world.publish(SECOND.replace("starts_on: alarm", "starts_on: case-changed"))
    assert (await world.process().published("j")).version == 2


async def test_the_catalogue_is_read_once_a_period_however_often_it_is_asked_for() -> None:
    world = World()
    await world.publish(FIRST)
    process = world.process()
    world.store.requests.clear()
    for _ in range(20):
        await process.current()
        await process.template("hello")
        world.clock.at += CACHE / 20
    assert world.reads("latest") == 1
    await process.current()
    assert world.reads("latest") == 2


async def test_a_version_is_read_once_and_for_good() -> None:
    world = World()
    await world.publish(FIRST)
    process = world.process()
    await process.current()
    world.store.requests.clear()
    world.clock.at += 100 * CACHE
    await process.current()
    await process.journey("j", 1)
    assert world.store.requests == ["get definitions latest"]


async def test_within_its_period_a_process_goes_on_with_what_it_knows() -> None:
    world = World()
    await world.publish(FIRST)
    process = world.process()
    await process.current()
    await world.publish(SECOND)
    world.clock.at += CACHE - timedelta(microseconds=1)
    assert (await process.current()).journeys["j"].version == 1
    world.clock.at += timedelta(microseconds=1)
    assert (await process.current()).journeys["j"].version == 2


async def test_a_journey_that_only_others_know_is_waited_for() -> None:
    world = World()
    process = world.process()
    await process.current()
    await world.publish(FIRST)
    with pytest.raises(NotKnownYet):
        await process.published("j")
    world.clock.at += CACHE
    assert (await process.published("j")).version == 1


async def test_of_two_who_publish_at_once_one_is_told() -> None:
    world = World()
    await world.publish(FIRST)
    rival = World(world.clock, world.rows)

    async def the_other_publishes() -> None:
        await rival.publish(WAITING)

    world.store.meanwhile = [the_other_publishes]
    with pytest.raises(Conflict):
        await world.publish(SECOND)
    current = (await world.process().current()).journeys["j"]
    assert current.journey == load(WAITING).journeys["j"]


async def test_of_two_who_publish_first_at_once_one_is_told() -> None:
    world = World()
    rival = World(world.clock, world.rows)

    async def the_other_publishes() -> None:
        await rival.publish(SECOND)

    world.store.meanwhile = [the_other_publishes]
    with pytest.raises(Conflict):
        await world.publish(FIRST)
    assert (await world.process().current()).journeys["j"].journey == load(SECOND).journeys["j"]


async def test_a_publication_that_broke_off_changes_nothing_and_its_numbers_are_not_used_again() -> None:
    world = World()
    await world.publish(FIRST)
    await world.rows.write("definitions", "journey~j", Insert("v000002", {"source": {"journey": "half"}}))
    assert (await world.process().current()).journeys["j"].version == 1
    assert await world.publish(SECOND) == [Change("journey", "j", 3, is_new=False)]
    assert (await world.process().current()).journeys["j"].journey == load(SECOND).journeys["j"]


async def test_what_runs_of_earlier_versions_wait_for_stays_known() -> None:
    world = World()
    for text in (WAITING, SECOND):
        await world.publish(text)
    catalogue = await world.process().current()
    assert catalogue.waiting_on("case-changed") == {"device"}
    assert catalogue.is_used("case-changed")


async def test_what_versions_wait_by_adds_up() -> None:
    world = World()
    for text in (WAITING, WAITING.replace("by: device", "by: contact"), SECOND):
        await world.publish(text)
    assert (await world.process().current()).waiting_on("case-changed") == {"device", "contact"}


async def test_a_template_is_told_with_its_version() -> None:
    world = World()
    await world.publish(FIRST)
    template, version = await world.process().template("hello")
    assert (template, version) == (load(FIRST).templates["hello"], 1)


async def test_a_trigger_that_changes_makes_a_new_version_of_the_journeys_that_use_it() -> None:
    world = World()
    documents = load(FIRST)
    await world.process().publish(documents)
    changed = load(FIRST + "---\ntrigger: extra\nkind: custom\nattributes: {}\n")
    changed.sources["journey", "j"]["uses"] = {"alarm": {**changed.sources["trigger", "alarm"], "audience": None}}
    names = {change.name for change in await world.process().publish(changed)}
    assert names == {"extra", "j"}


LIVES = "trigger: t\nkind: custom\nstate: {}\n"


@pytest.mark.parametrize(
    "states", [["draft", "ready", "stopped", "stopped"], ["ready", "draft", "ready"], ["draft", "stopped"]]
)
async def test_a_trigger_lives_until_it_is_stopped(states: list[str]) -> None:
    world = World()
    for state in states:
        await world.publish(LIVES.format(state))
        assert (await world.process().current()).triggers["t"].state == state


async def test_stopping_a_trigger_is_no_new_version_of_the_journeys_that_use_it() -> None:
    world = World()
    text = "---\ntrigger: t\nkind: custom\nattributes: {c: reference}\naudience: {attribute: c}\nstate: "
    await world.publish(FIRST.replace("alarm", "t") + text + "ready")
    assert await world.publish(FIRST.replace("alarm", "t") + text + "stopped") == [Change("trigger", "t", 2, False)]


@pytest.mark.parametrize("state", ["ready", "draft"])
async def test_a_stopped_trigger_never_lives_again_and_nothing_beside_it_is_published(state: str) -> None:
    world = World()
    await world.publish(LIVES.format("stopped"))
    with pytest.raises(Invalid) as refused:
        await world.publish(LIVES.format(state) + "---\n" + FIRST)
    assert str(refused.value) == "trigger t: it is stopped for good; what goes on needs another name"
    assert (await world.process().current()).journeys == {}
