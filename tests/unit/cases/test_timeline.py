"""The timeline tells what happened to a case, newest first, page by page, refusals too."""

from datetime import timedelta

from shared.cases.case import TABLE
from shared.cases.timeline import Line, activity, key_of, read_lines
from shared.runtime import codec
from shared.runtime.memory.store import MemoryStore
from shared.runtime.step import Head, Outbox, Step
from shared.runtime.store import Insert
from tests.unit.cases.building import CASE, NOON


def line(id_: str, minutes: int = 0, kind: str = "note", outcome: str = "added") -> Line:
    return Line(id=id_, kind=kind, at=NOON + timedelta(minutes=minutes), outcome=outcome)


async def with_lines(*lines: Line) -> MemoryStore:
    store = MemoryStore()
    for version, each in enumerate(lines, 1):
        await store.write(TABLE, CASE, Insert(key_of(each, version), codec.plain(Head(each, each.at, 1))))
    await store.write(TABLE, CASE, Insert("head", {}))
    return store


async def test_lines_are_told_newest_first_whatever_they_are_called() -> None:
    store = await with_lines(line("b", 1), line("c", 1), line("a", 9))
    page = await read_lines(store, CASE)
    assert ([told.id for told in page.lines], page.after) == (["a", "c", "b"], None)


async def test_a_long_timeline_is_told_page_by_page_to_its_end() -> None:
    store = await with_lines(*(line(f"l{number}", number) for number in range(105)))
    told, after = [], ""
    while True:
        page = await read_lines(store, CASE, after=after, limit=10)
        assert len(page.lines) <= 10
        told += [one.id for one in page.lines]
        if page.after is None:
            break
        after = page.after
    assert told == [f"l{number}" for number in reversed(range(105))]


async def test_only_some_kinds_or_outcomes_can_be_asked_for() -> None:
    mixed = [line(f"l{n}", n, "email" if n % 3 else "note", "refused" if n == 4 else "added") for n in range(9)]
    store = await with_lines(*mixed)
    assert [one.id for one in (await read_lines(store, CASE, kinds={"note"}, limit=2)).lines] == ["l6", "l3"]
    assert [one.id for one in (await read_lines(store, CASE, outcomes={"refused"})).lines] == ["l4"]


async def test_an_unknown_case_has_no_lines() -> None:
    assert (await read_lines(MemoryStore(), "none/such")).lines == ()


async def test_one_message_can_be_asked_for() -> None:
    store, detail = MemoryStore(), {"reason": "transition_not_allowed", "field": "status"}
    step = Step("m1", "change_status", NOON, 0, {"by": "A-1"}, NOON, "refused", Outbox(NOON), detail=detail)
    await store.write(TABLE, CASE, Insert("activity:m1", codec.plain(step)))
    told = await activity(store, CASE, "m1")
    assert told is not None
    assert (told.outcome, told.detail["reason"]) == ("refused", "transition_not_allowed")
    assert await activity(store, CASE, "m2") is None
