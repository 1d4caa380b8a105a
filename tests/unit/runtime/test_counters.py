"""Counters: every occasion counts once, and a sum is the same whatever was rolled meanwhile."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime import counters
from shared.runtime.decision import Tally
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Change, Delete, Insert, Page, Replace
from tests.simulation.story import finished

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOON.date()


def tally(name: str, group: str, member: str, once: str, counts: dict[str, int], at: datetime) -> Tally:
    return Tally(counters.shard_of(name, member), group, once, at.date().isoformat(), counts)


def added(once: str, member: str = "ada", group: str = "1", at: datetime = NOON, **counts: int) -> Tally:
    return tally("j", group, member, once, counts, at)


async def test_an_occasion_counts_once_however_often_it_is_published() -> None:
    store = MemoryStore()
    for _ in range(3):
        await counters.count(store, added("s1", arrived=1))
    assert await counters.read(store, "j") == {"1": {"arrived": 1}}


async def test_a_repeat_after_the_roll_adds_nothing() -> None:
    store = MemoryStore()
    await counters.count(store, added("s1", arrived=1))
    assert await counters.roll(store, "j", TODAY) == 1
    await counters.count(store, added("s1", arrived=1))
    assert await counters.roll(store, "j", TODAY) == 0
    assert await counters.read(store, "j") == {"1": {"arrived": 1}}


async def test_groups_and_names_are_counted_apart() -> None:
    store = MemoryStore()
    await counters.count(store, added("s1", group="1", arrived=1))
    await counters.count(store, added("s1", member="bo", group="2", arrived=2))
    await counters.count(store, tally("other", "1", "ada", "s1", {"arrived": 9}, NOON))
    assert await counters.read(store, "j") == {"1": {"arrived": 1}, "2": {"arrived": 2}}


async def test_lines_come_and_go_with_their_tally() -> None:
    store = MemoryStore()
    place = counters.shard_of("j", "ada")
    await counters.count(store, Tally(place, "1", "s1", "2026-11-21", {}, {"run:r": {"tile": "a"}}))
    assert (await store.page(counters.TABLE, place, prefix="run:")).rows[0].data == {"tile": "a"}
    await counters.count(store, Tally(place, "1", "s2", "2026-11-21", {}, {"run:r": None}))
    assert (await store.page(counters.TABLE, place, prefix="run:")).rows == ()


async def test_old_occasions_are_forgotten_and_undated_ones_are_not() -> None:
    store = MemoryStore()
    await counters.count(store, added("s1", arrived=1))
    await counters.count(store, Tally(counters.shard_of("j", "ada"), "1", "goal", "", {"goal": 1}))
    await counters.roll(store, "j", date(2026, 12, 22))
    rows = [
        row.key
        for shard in counters.shards("j")
        for row in (await store.page(counters.TABLE, shard, prefix="once:")).rows
    ]
    assert rows == ["once::goal"]
    assert await counters.read(store, "j") == {"1": {"arrived": 1, "goal": 1}}


async def test_two_rolls_at_once_count_a_row_once() -> None:
    """One reads the rows, the other folds them, then the first folds what it has read."""

    class Slow(MemoryStore):
        """Lets another roll come between its look at the rows and its own fold."""

        other: MemoryStore | None = None

        async def page(
            self, table: str, partition: str, *, prefix: str = "", after: str = "", limit: int = 100
        ) -> Page:
            found = await super().page(table, partition, prefix=prefix, after=after, limit=limit)
            if prefix == counters.NEW and limit > 1 and found.rows and self.other is not None:
                between, self.other = self.other, None
                await counters.roll(between, "j", TODAY)
            return found

    rows = MemoryStore()
    await counters.count(rows, added("s0", arrived=1))
    await counters.roll(rows, "j", TODAY)
    await counters.count(rows, added("s1", arrived=1))
    slow = Slow()
    slow._rows, slow._versions = rows._rows, rows._versions  # noqa: SLF001
    slow.other = rows
    await counters.roll(slow, "j", TODAY)
    assert await counters.read(rows, "j") == {"1": {"arrived": 2}}


STEPS = st.lists(
    st.one_of(
        st.just("roll"),
        st.tuples(st.integers(0, 30), st.sampled_from("abc"), st.integers(-3, 3)),
    ),
    max_size=60,
)


@given(STEPS)
def test_any_mixture_of_counts_repeats_and_rolls_sums_up(steps: list[object]) -> None:
    store = MemoryStore()
    wanted: dict[int, Counter[str]] = {}
    for step in steps:
        if isinstance(step, tuple):
            once, key, amount = step
            wanted.setdefault(once, Counter({key: amount}))
            counted = tally("j", "1", f"member-{once}", str(once), wanted[once], NOON)
            finished(counters.count(store, counted))
        else:
            finished(counters.roll(store, "j", TODAY))
    total: Counter[str] = Counter()
    for each in wanted.values():
        total.update(each)
    found = finished(counters.read(store, "j")).get("1", Counter())
    assert {key: value for key, value in found.items() if value} == {k: v for k, v in total.items() if v}


async def test_only_the_groups_that_were_asked_for_are_read() -> None:
    store = MemoryStore()
    for day in ("2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"):
        await counters.count(store, added(f"s{day}", group=day, arrived=1))
    assert await counters.roll(store, "j", TODAY) == 4
    await counters.count(store, added("more", group="2026-11-02", arrived=1))
    found = await counters.read(store, "j", "2026-11-02", "2026-11-03")
    assert found == {"2026-11-02": {"arrived": 2}, "2026-11-03": {"arrived": 1}}


async def test_a_total_that_is_full_is_followed_by_another_of_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "FULL", 40)
    store = MemoryStore()
    for number in range(12):
        await counters.count(store, tally("j", "2026-11-02", "ada", f"s{number}", {f"product-{number % 4}": 1}, NOON))
        await counters.roll(store, "j", TODAY)
    place = counters.shard_of("j", "ada")
    assert len((await store.page(counters.TABLE, place, prefix=counters.TOTAL)).rows) > 2
    counts = {f"product-{number}": 3 for number in range(4)}
    assert await counters.read(store, "j") == {"2026-11-02": counts}
    assert await counters.read(store, "j", "2026-11-02", "2026-11-02") == {"2026-11-02": counts}
    assert await counters.read(store, "j", "2026-11-03") == {}


@pytest.mark.parametrize(("rows", "length"), [(46, 6_000), (8, 240_000)])
async def test_rows_that_are_too_much_for_one_transaction_are_folded_by_fewer(rows: int, length: int) -> None:
    """Found in review: 45 rows whose sum was larger than an entity were tried, and refused, for ever."""
    store = MemoryStore()
    for number in range(rows):
        names = {f"{number:04d}{half}" + "x" * length: 1 for half in "ab"}
        await counters.count(store, tally("j", "2026-11-02", "ada", f"s{number}", names, NOON))
    assert await counters.roll(store, "j", TODAY) == rows
    assert await counters.roll(store, "j", TODAY) == 0
    found = (await counters.read(store, "j"))["2026-11-02"]
    assert len(found) == 2 * rows
    assert set(found.values()) == {1}


async def test_a_total_begun_beside_one_with_room_counts_nothing_twice() -> None:
    """Between, another roll folds the row together with one that takes something away, and it has room."""

    class Overtaken(MemoryStore):
        overtaken: list[Change]

        async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
            if isinstance(changes[0], Insert) and self.overtaken:
                await super().write(table, partition, *self.overtaken)
            return await super().write(table, partition, *changes)

    store, place = Overtaken(), counters.shard_of("j", "ada")
    store.overtaken = []
    await counters.count(store, tally("j", "d", "ada", "s0", {"y" * 40_000: 1}, NOON))
    await counters.roll(store, "j", TODAY)
    await counters.count(store, tally("j", "d", "ada", "s1", {"x" * 480_000: 1}, NOON))
    [total] = (await store.page(counters.TABLE, place, prefix=counters.TOTAL)).rows
    [new] = (await store.page(counters.TABLE, place, prefix=counters.NEW)).rows
    store.overtaken = [Replace(total.key, {"counts": {"x" * 480_000: 1}}, total.etag), Delete(new.key)]
    assert await counters.roll(store, "j", TODAY) == 0
    assert await counters.read(store, "j") == {"d": {"x" * 480_000: 1}}
