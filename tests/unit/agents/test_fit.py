"""Who is best suited for a case: every rule, one row each."""

from typing import Any

import pytest

from shared.agents.fit import MOST_CANDIDATES, Finding, choose, misfit
from shared.agents.messages import Need
from tests.unit.agents.building import HOUR, NOON, candidate

PUMPS = Need("a", {"pumps": 3})


@pytest.mark.parametrize(
    ("fields", "need", "reason"),
    [
        ({}, Need("a"), ""),
        ({}, Need("b"), "not_a_member"),
        ({"queues": ()}, Need(), ""),
        ({}, Need("a", not_to="kim"), "gave_it_back"),
        ({}, Need("a", not_to="lee"), ""),
        ({}, PUMPS, "no_skill"),
        ({"skills": {"german": 5}}, PUMPS, "no_skill"),
        ({"skills": {"pumps": 2}}, PUMPS, "low_proficiency"),
        ({"skills": {"pumps": 3}}, PUMPS, ""),
        ({"skills": {"pumps": 5}}, PUMPS, ""),
        ({"skills": {"pumps": 5}}, Need("a", {"pumps": 3, "german": 1}), "no_skill"),
        ({"skills": {"pumps": 5, "german": 1}}, Need("a", {"pumps": 3, "german": 2}), "low_proficiency"),
        ({"presence": "busy"}, Need("a"), "busy"),
        ({"presence": "away"}, Need("a"), "away"),
        ({"presence": "offline"}, Need("a"), "offline"),
        ({"free": 0}, Need("a"), "full"),
        # What lasts longest is told first.
        ({"free": 0, "presence": "away"}, Need("a"), "away"),
        ({"presence": "away"}, PUMPS, "no_skill"),
        ({"skills": {}, "free": 0}, Need("b", {"pumps": 1}), "not_a_member"),
    ],
)
def test_who_fits_and_why_not(fields: dict[str, Any], need: Need, reason: str) -> None:
    assert misfit(candidate(**fields), need) == reason


@pytest.mark.parametrize(
    ("better", "worse", "need"),
    [
        ({"skills": {"pumps": 4}}, {"skills": {"pumps": 3}, "free": 9}, PUMPS),
        (
            {"skills": {"pumps": 3, "german": 5}},
            {"skills": {"pumps": 4, "german": 3}},
            Need("a", {"pumps": 3, "german": 1}),
        ),
        ({"free": 2}, {"free": 1}, Need("a")),
        ({"skills": {"german": 1}, "free": 2}, {"skills": {"german": 5}, "free": 1}, Need("a")),
        ({"last_assigned_at": None}, {"last_assigned_at": NOON}, Need("a")),
        ({"last_assigned_at": NOON - HOUR}, {"last_assigned_at": NOON}, Need("a")),
        ({"free": 2, "last_assigned_at": NOON}, {"free": 1, "last_assigned_at": None}, Need("a")),
    ],
)
def test_the_better_one_comes_first_whatever_their_names(
    better: dict[str, Any], worse: dict[str, Any], need: Need
) -> None:
    for names in (("kim", "lee"), ("lee", "kim")):
        both = [candidate(names[0], **better), candidate(names[1], **worse)]
        assert choose(both, need).best == choose(reversed(both), need).best == names


def test_equals_are_told_apart_by_name_so_that_a_repeat_decides_the_same() -> None:
    assert choose([candidate("lee"), candidate("kim")], Need("a")).best == ("kim", "lee")


def test_why_not_is_counted_by_reason() -> None:
    several = [
        candidate("a1", presence="away"),
        candidate("a2", presence="away"),
        candidate("a3", free=0),
        candidate("a4"),
    ]
    assert choose(several, Need("a")) == Finding(("a4",), {"away": 2, "full": 1}, 4)
    assert choose([], Need("a")) == Finding((), {}, 0)


def test_a_message_names_only_so_many() -> None:
    many = [candidate(f"a{n:03}") for n in range(MOST_CANDIDATES + 5)]
    found = choose(many, Need("a"))
    assert (len(found.best), found.looked_at) == (MOST_CANDIDATES, MOST_CANDIDATES + 5)
