"""Choices are the same for the same contact, fall in their shares, and follow what has won or is answered to."""

from collections import Counter
from collections.abc import Mapping
from math import sqrt

import pytest

from shared.definitions.templates import Channel
from shared.journeys.choices import CONTROL_PERCENT, channel
from shared.journeys.tiles import Effect
from tests.unit.journeys.building import HELLO, journey, run
from tests.unit.journeys.test_tiles import effect

PEOPLE = [f"contact-{number}" for number in range(10_000)]
SPLIT = "- {id: s, split: [{share: 10, tiles: [{exit: a}]}, {share: 25, tiles: [{exit: b}]}, {share: 65}]}\n" + HELLO
EXPERIMENT = "- {id: e, experiment: {winner_by: opens, share: 20, a: [{exit: a}], b: [{id: b, send_sms: hello}]}}\n"
CHANNELS = "- {id: c, best_channel: {sms: [{exit: s}], email: [{exit: m}], push: [{exit: p}], none: [{exit: n}]}}\n"
LIKED = {"sms": 0.2, "email": 0.9, "push": 0.5}


def near(found: int, percent: int) -> bool:
    """Whether so many of 10,000 are that share, give or take four standard deviations."""
    spread = sqrt(percent * (100 - percent))
    return abs(found - 100 * percent) < 4 * spread


def test_a_split_sends_contacts_its_ways_in_their_shares() -> None:
    ways = Counter(effect(SPLIT, "s", run(contact=contact)).next for contact in PEOPLE)
    assert [near(ways[way], share) for way, share in (("s.1.exit", 10), ("s.2.exit", 25), ("hi", 65))] == [True] * 3


@pytest.mark.parametrize(("tiles", "tile"), [(SPLIT, "s"), (EXPERIMENT, "e")])
def test_the_same_contact_takes_the_same_way_in_every_run(tiles: str, tile: str) -> None:
    for contact in PEOPLE[:100]:
        first, again = (effect(tiles, tile, run(id=id_, contact=contact)) for id_ in ("r1", "r2"))
        assert (first.next, first.choice) == (again.next, again.choice)


def test_ways_at_one_tile_say_nothing_about_those_at_another() -> None:
    other = SPLIT.replace("id: s", "id: t")
    both = Counter(
        (effect(SPLIT, "s", run(contact=contact)).choice, effect(other, "t", run(contact=contact)).choice)
        for contact in PEOPLE
    )
    assert near(sum(count for (one, two), count in both.items() if one == two == "3"), 42)


def test_the_way_that_a_contact_takes_is_remembered_and_counted() -> None:
    assert {effect(SPLIT, "s", run(contact=contact)).choice for contact in PEOPLE[:100]} == {"1", "2", "3"}


def test_an_experiment_is_tried_in_its_share_while_it_is_open() -> None:
    ways = Counter(effect(EXPERIMENT, "e", run(contact=contact)).choice for contact in PEOPLE)
    assert near(ways["a"], 20)
    assert ways["a"] + ways["b"] == len(PEOPLE)


@pytest.mark.parametrize(("winner", "following"), [("a", "e.a.exit"), ("b", "b")])
def test_everyone_takes_the_way_that_has_won(winner: str, following: str) -> None:
    found = {effect(EXPERIMENT, "e", run(contact=contact), winners={"e": winner}).next for contact in PEOPLE[:200]}
    assert found == {following}


def test_another_experiment_that_was_won_changes_nothing() -> None:
    at = run(contact=PEOPLE[0])
    assert effect(EXPERIMENT, "e", at, winners={"f": "a"}) == effect(EXPERIMENT, "e", at)


def chosen(contact: str, answered: Mapping[str, float]) -> Effect:
    return effect(CHANNELS, "c", run(contact=contact), channels=answered)


def test_most_contacts_are_reached_by_what_they_answer_to_and_a_tenth_is_drawn() -> None:
    found = [chosen(contact, LIKED) for contact in PEOPLE]
    controls = [each for each in found if each.counts == ("control",)]
    assert CONTROL_PERCENT == 10
    assert near(len(controls), CONTROL_PERCENT)
    assert {each.choice for each in found if each.counts == ()} == {"email"}
    drawn = Counter(each.choice for each in controls)
    assert set(drawn) == {"sms", "email", "push"}
    assert all(abs(count - len(controls) / 3) < 60 for count in drawn.values())


def test_a_channel_that_may_not_be_used_is_never_taken() -> None:
    assert {chosen(contact, {"sms": 0.1, "push": 0.2}).choice for contact in PEOPLE} == {"sms", "push"}


def test_where_no_channel_may_be_used_the_run_goes_on_without_one() -> None:
    found = chosen("C-1", {})
    assert (found.next, found.choice, found.counts) == ("c.none.exit", "none", ())


@pytest.mark.parametrize(
    ("way", "following"), [("sms", "c.sms.exit"), ("email", "c.email.exit"), ("push", "c.push.exit")]
)
def test_each_channel_has_its_way(way: str, following: str) -> None:
    assert chosen("C-1", {way: 0.5}).next == following


def test_of_channels_that_are_answered_alike_the_first_one_written_is_taken() -> None:
    tile = journey(CHANNELS).tiles["c"]
    alike: dict[Channel, float] = {"push": 0.5, "email": 0.5, "sms": 0.5}
    taken = [channel(tile, "j", contact, alike) for contact in PEOPLE[:200]]  # type: ignore[arg-type]
    assert {way for way, is_control in taken if not is_control} == {"sms"}
