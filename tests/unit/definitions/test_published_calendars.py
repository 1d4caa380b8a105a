"""Calendars are published as templates are, also where there were none before."""

from shared.definitions.current import PART
from shared.definitions.published import Change, Definitions
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Insert
from tests.unit.definitions.world import load
from tests.unit.runtime.world import TurnedClock

OFFICE = "calendar: office\ntime_zone: Europe/Berlin\nweekdays: {monday: ['09:00-17:00']}\n"
LONGER = OFFICE.replace("17:00", "18:00")


async def test_a_calendar_has_versions_and_the_newest_is_current() -> None:
    rows, clock = MemoryStore(), TurnedClock()
    await Definitions(rows, clock).publish(load(OFFICE))
    assert await Definitions(rows, clock).publish(load(LONGER)) == [Change("calendar", "office", 2, is_new=False)]
    assert await Definitions(rows, clock).publish(load(LONGER)) == []
    assert (await Definitions(rows, clock).current()).calendars == load(LONGER).calendars


async def test_what_was_published_before_there_were_calendars_is_read_and_gets_one() -> None:
    rows, clock = MemoryStore(), TurnedClock()
    older = {part: dict[str, int]() for part in (*PART.values(), "waits") if part != "calendars"}
    await rows.write("definitions", "catalogue", Insert("latest", older))
    assert (await Definitions(rows, clock).current()).calendars == {}
    changes = await Definitions(rows, clock).publish(load(OFFICE))
    assert Change("calendar", "office", 1, is_new=True) in changes
    assert (await Definitions(rows, clock).current()).calendars == load(OFFICE).calendars
