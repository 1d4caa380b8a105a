"""Journeys that start for a segment: who enters, once, again, or as a newcomer; nobody lost, nobody twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shared.definitions.journey import SegmentStart
from shared.journeys.messages import WalkSegment
from shared.journeys.segment_walk import Occurrence, PageFacts, begin_walk, entry, go_on_walking
from shared.journeys.tick import due
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from tests.unit.definitions.world import load
from tests.unit.journeys.building import NOON, message
from tests.unit.journeys.playing import Play

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
READ_ANEW = timedelta(seconds=11)
"""By then a process has read of a publication, which is not in force yet."""
TEXT = """
journey: j
starts_on: {segment: vip%s}
tiles:
- {id: w, wait: {for: P1D}}
---
segment: vip
members: {attribute: contact.account, op: eq, value: gold}
---
segment: out
members: {attribute: contact.city, op: is_set}
"""
ONCE = TEXT % ""
NEWCOMERS = TEXT % ", repeat: newcomers"
EVERY = TEXT % ", repeat: {every: P1D}"


async def played(text: str, members: int = 3, others: int = 2) -> Play:
    play = Play()
    for number in range(members):
        await play.contact(f"M-{number}", account="gold")
    for number in range(others):
        await play.contact(f"O-{number}", account="tin")
    await play.publish(text)
    return play


async def entered(play: Play) -> Counter[str]:
    return Counter(run.contact for run in (await play.runs()).values() if run.status != "not_entered")


@pytest.mark.parametrize("text", [ONCE, NEWCOMERS, EVERY], ids=["once", "newcomers", "every"])
async def test_all_members_enter_once_when_the_journey_is_live(text: str) -> None:
    play = await played(text)
    await play.tick(3)
    assert await entered(play) == {"M-0": 1, "M-1": 1, "M-2": 1}


@pytest.mark.parametrize(("text", "joins"), [(ONCE, 0), (NEWCOMERS, 1), (EVERY, 0)], ids=["once", "newcomers", "every"])
async def test_who_comes_into_the_segment_later_enters_only_where_newcomers_do(text: str, joins: int) -> None:
    play = await played(text)
    await play.tick()
    await play.contact("O-0", account="gold")
    await play.contact("N-1", account="gold")
    await play.tick(3)
    assert {who: (await entered(play))[who] for who in ("O-0", "N-1")} == {"O-0": joins, "N-1": joins}


async def test_a_newcomer_who_leaves_and_comes_again_has_entered_once() -> None:
    play = await played(NEWCOMERS)
    await play.tick()
    for account in ("gold", "tin", "gold"):
        await play.contact("O-0", account=account)
        await play.contact("M-0", account=account)
    assert await entered(play) == {"M-0": 1, "M-1": 1, "M-2": 1, "O-0": 1}


async def test_a_newcomer_while_the_journey_is_paused_enters_afterwards() -> None:
    play = await played(NEWCOMERS)
    await play.tick()
    await play.change("pause")
    await play.contact("O-0", account="gold")
    await play.change("resume")
    await play.wait(HOUR)
    assert (await entered(play))["O-0"] == 1


async def test_a_newcomer_while_an_edited_journey_is_not_yet_live_enters_the_version_before() -> None:
    play = await played(NEWCOMERS)
    await play.tick()
    await play.services.definitions.publish(load(NEWCOMERS.replace("P1D", "P2D")))
    await play.wait(READ_ANEW)
    await play.contact("O-0", account="gold")
    assert (await entered(play))["O-0"] == 1


async def test_a_newcomer_just_before_the_journey_is_live_enters_when_it_is() -> None:
    """The walk may be past them by then: whoever began it has a clock that is ahead."""
    play = await played(ONCE.replace("journey: j", "journey: other"))
    await play.services.definitions.publish(load(NEWCOMERS))
    await play.wait(READ_ANEW)
    await play.contact("O-0", account="gold")
    assert await entered(play) == {}
    await play.wait(HOUR)
    assert await entered(play) == {"O-0": 1}


async def test_nobody_enters_as_a_newcomer_before_the_time_that_the_journey_is_to_start_at() -> None:
    play = await played(TEXT % ", repeat: newcomers, at: 2026-11-22T12:00:00Z")
    await play.contact("O-0", account="gold")
    await play.wait(HOUR)
    assert await entered(play) == {}
    await play.wait(DAY)
    await play.tick()
    assert await entered(play) == {"M-0": 1, "M-1": 1, "M-2": 1, "O-0": 1}


async def test_who_is_let_in_by_a_process_whose_clock_is_ahead_is_not_refused_by_one_whose_clock_is_not() -> None:
    play = await played(ONCE.replace("journey: j", "journey: other"))
    await play.services.definitions.publish(load(ONCE))
    ahead = play.clock.now() + timedelta(seconds=20)
    outgoing = entry("j", "once", "M-0", ahead)
    said = Envelope(outgoing.id, outgoing.body.kind, ahead, plain(outgoing.body))
    await play.world.send(outgoing.body.queue, said.encode())
    await play.wait(HOUR)
    await play.tick()
    assert await entered(play) == {"M-0": 1, "M-1": 1, "M-2": 1}


async def test_everyone_enters_again_each_time() -> None:
    play = await played(EVERY)
    await play.tick(3)
    await play.contact("O-0", account="gold")
    await play.contact("M-0", account="tin")
    await play.wait(DAY)
    await play.tick(3)
    assert await entered(play) == {"M-0": 1, "M-1": 2, "M-2": 2, "O-0": 1}


async def test_a_journey_that_repeats_less_often_than_before_goes_on_repeating() -> None:
    play = await played(TEXT % ", repeat: {every: PT1H}", members=1)
    for _ in range(3):
        await play.tick()
        await play.wait(HOUR)
    before = (await entered(play))["M-0"]
    await play.publish(TEXT % ", repeat: {every: P1D}")
    await play.wait(DAY)
    await play.tick()
    assert (before, (await entered(play))["M-0"]) == (3, 4)


@pytest.mark.parametrize("rule", ["exclude: out", "exits: [{segment: out}]"])
async def test_who_would_be_taken_out_again_does_not_enter(rule: str) -> None:
    play = await played(ONCE.replace("tiles:", f"{rule}\ntiles:"))
    await play.contact("M-1", account="gold", city="Bonn")
    await play.tick(2)
    assert await entered(play) == {"M-0": 1, "M-2": 1}
    assert (await play.counts())[".not_entered:excluded"] == 1


async def test_who_comes_into_the_exit_segment_is_taken_out_wherever_they_are() -> None:
    play = await played(ONCE.replace("tiles:", "exits: [{segment: out, reason: moved_away}]\ntiles:"))
    await play.tick()
    await play.contact("M-1", account="gold", city="Bonn")
    assert Counter((await play.by_contact()).values()) == {"running": 2, "moved_away": 1}


async def test_hundreds_of_members_enter_page_by_page_none_lost_none_twice() -> None:
    play = await played(ONCE, members=300, others=30)
    await play.tick(3)
    assert await entered(play) == {f"M-{number}": 1 for number in range(300)}
    assert (await play.counts())[".entered"] == 300


async def test_a_draft_starts_for_nobody_and_counts_from_when_it_is_live() -> None:
    play = await played(ONCE + "\n", members=1)
    draft = await played(ONCE.replace("tiles:", "state: draft\ntiles:"), members=1)
    await draft.tick(3)
    assert await entered(draft) == {}
    await draft.wait(DAY)
    await draft.contact("M-7", account="gold")
    await draft.publish(ONCE)
    await draft.tick(3)
    assert await entered(draft) == {"M-0": 1, "M-7": 1}
    await play.tick()
    assert await entered(play) == {"M-0": 1}


WALK = Occurrence("j", "once", "vip", NOON)


def walking(page: int = 0) -> WalkSegment:
    return WalkSegment("j", "once", NOON, page)


def page(*members: str, following: tuple[int, str] | None = (0, "m")) -> PageFacts:
    return PageFacts("vip", members, following)


def test_a_page_lets_its_members_in_and_asks_for_the_next_one() -> None:
    decision = begin_walk(message(walking()), page("a", "b"), NOON)
    assert decision.state is not None
    assert (decision.state.pages, decision.state.entered, decision.state.after, decision.state.finished_at) == (
        1,
        2,
        "m",
        None,
    )
    assert [getattr(outgoing.body, "contact", outgoing.body) for outgoing in decision.messages] == [
        "a",
        "b",
        walking(1),
    ]


def test_the_last_page_ends_the_walk() -> None:
    decision = begin_walk(message(walking()), page("a", following=None), NOON)
    assert decision.state is not None
    assert decision.state.finished_at == NOON
    assert len(decision.messages) == 1


@pytest.mark.parametrize("at", [0, 2, 7])
def test_a_page_that_is_not_the_next_one_changes_nothing(at: int) -> None:
    began = begin_walk(message(walking()), page("a"), NOON).state
    assert began is not None
    assert go_on_walking(began, message(walking(at)), page("b"), NOON).state is None
    after = go_on_walking(began, message(walking(1)), page("b"), NOON).state
    assert after is not None
    assert (after.pages, after.entered) == (2, 2)


def test_the_same_member_is_let_in_by_the_same_message_on_whatever_page() -> None:
    one = begin_walk(message(walking()), page("a"), NOON).messages[0]
    assert go_on_walking(WALK, message(walking()), page("a", following=(1, "")), NOON).messages[0] == one


def test_a_stopped_journey_ends_the_walk() -> None:
    decision = begin_walk(message(walking()), PageFacts("vip", (), None, is_stopped=True), NOON)
    assert decision.state is not None
    assert decision.state.finished_at == NOON


@pytest.mark.parametrize("pages", range(8))
async def test_a_walk_goes_on_from_wherever_it_was_left(pages: int) -> None:
    """The message for the next page is lost with whoever held it: a later tick sends it again."""
    play = await played(ONCE, members=60)
    play.lose("walk_segment", after=pages)
    await play.tick(15)
    assert play.world.lost == ""
    assert await entered(play) == {f"M-{number}": 1 for number in range(60)}


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        (SegmentStart("s"), -1, None),
        (SegmentStart("s"), 0, 0),
        (SegmentStart("s"), 99, 0),
        (SegmentStart("s", "newcomers"), 99, 0),
        (SegmentStart("s", at=NOON + 5 * HOUR), 4, None),
        (SegmentStart("s", at=NOON + 5 * HOUR), 6, 5),
        (SegmentStart("s", at=NOON - 5 * HOUR), 6, 0),
        (SegmentStart("s", "every", DAY), 0, 0),
        (SegmentStart("s", "every", DAY), 23, 0),
        (SegmentStart("s", "every", DAY), 24, 24),
        (SegmentStart("s", "every", DAY), 24 * 5 + 1, 24 * 5),
        (SegmentStart("s", "every", DAY, NOON + 5 * HOUR), 30, 29),
    ],
)
def test_what_is_due_is_the_last_that_was_not_begun(start: SegmentStart, hours: int, expected: int | None) -> None:
    found = [at for _, at in due(start, NOON, NOON + hours * HOUR)]
    assert found == ([] if expected is None else [NOON + expected * HOUR])


def test_each_occurrence_has_its_own_name() -> None:
    start = SegmentStart("s", "every", HOUR)
    names = [name for hours in range(50) for name, _ in due(start, NOON, NOON + hours * HOUR)]
    assert len(set(names)) == 50
    assert names[0] == "20261121T120000Z"
    assert [name for name, _ in due(SegmentStart("s"), NOON, datetime(2027, 1, 1, tzinfo=UTC))] == ["once"]
