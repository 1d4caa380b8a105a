"""The supervisors' numbers on the command line."""

import json
from pathlib import Path

import pytest

from shared.cli.stats import bar, span, took, within
from shared.journeys.messages import JourneyTick
from shared.runtime import counters
from tests.unit.cli.laptop import Laptop, live


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A laptop with two cases, of which one was resolved after a while."""
    laptop = live(tmp_path)
    laptop.fire("e-1", device_id="D-1", error_code=11)
    laptop.fire("e-2", device_id="D-1", error_code=12)
    newest = json.loads(laptop.done("cases", "list", "--json"))[-1]
    laptop.done("cases", "resolve", newest["number"], "--text", "Done.", "--wait")
    return laptop


def test_the_numbers_are_told_in_all_with_bars(laptop: Laptop) -> None:
    text = laptop.done("cases", "stats")
    lines = {line.split("  ")[0].strip(): line for line in text.splitlines()}
    assert lines["incoming"].split()[-1] == "2"
    assert lines["active"].split()[-1] == "1"
    assert "escalated  " in text
    assert lines["today"].split() == ["today", "1", "█" * 20]
    assert "within 5m" in text


def test_the_numbers_are_told_by_a_facet(laptop: Laptop) -> None:
    header, *lines = laptop.done("cases", "stats", "--by", "error_code").splitlines()[-3:]
    assert header.split()[:3] == ["error", "code", "incoming"]
    assert sorted(line.split()[0] for line in lines) == ["11", "12"]


def test_scripts_get_json_of_the_time_they_ask_about(laptop: Laptop) -> None:
    found = json.loads(laptop.done("cases", "stats", "--json", "--by", "day"))
    assert found["total"]["incoming"] == found["parts"]["2026-03-01"]["incoming"] == 2
    earlier = json.loads(laptop.done("cases", "stats", "--json", "--to", "2026-02-28"))
    assert earlier["total"]["incoming"] == 0


def test_no_cases_are_no_trouble() -> None:
    assert "incoming" in Laptop().done("cases", "stats")
    assert Laptop().done("cases", "stats", "--by", "product").endswith("No cases.\n")


def test_an_unknown_facet_is_refused() -> None:
    result = Laptop().carebus("cases", "stats", "--by", "weather")
    assert (result.exit_code, "--by is one of day, type" in result.stderr) == (2, True)


@pytest.mark.parametrize(("options", "end"), [(["--to", "2026-11-01"], "2026-11-01"), ([], "2026-03-01")])
def test_a_time_that_ends_before_it_begins_is_refused_with_both_days(options: list[str], end: str) -> None:
    result = Laptop().carebus("cases", "stats", "--from", "2026-12-01", *options)
    told = f"The time ends before it begins: --from 2026-12-01 is later than --to {end}.\n"
    assert (result.exit_code, result.stderr) == (2, told)


def test_a_full_tick_folds_the_counters_of_cases(laptop: Laptop) -> None:
    before = laptop.done("cases", "stats", "--json")
    laptop.say("tick", JourneyTick(full=True))
    laptop.settle()
    kept = [key for shard in counters.shards("CASES") for key in laptop.rows(counters.TABLE, shard)]
    assert [key for key in kept if key.startswith(counters.NEW)] == []
    assert [key for key in kept if key.startswith(counters.TOTAL)]
    assert laptop.done("cases", "stats", "--json") == before


@pytest.mark.parametrize(("seconds", "told"), [(0, "0s"), (59, "59s"), (3600, "1h"), (3725, "1h 2m"), (90061, "1d 1h")])
def test_durations_are_told_by_two_units(seconds: int, told: str) -> None:
    assert span(seconds) == told


@pytest.mark.parametrize(("count", "most", "length"), [(0, 0, 0), (0, 5, 0), (5, 5, 20), (1, 8, 3), (1, 160, 1)])
def test_bars_are_as_long_as_their_share(count: int, most: int, length: int) -> None:
    assert len(bar(count, most)) == length


def test_what_took_longer_than_a_month_is_told_so() -> None:
    from shared.cases.stats import Durations

    assert within("longer") == "in more than 30d"
    assert took(Durations()) == ""
    assert took(Durations(2, 90, "5m", "1h")) == "1m 30s on average, half within 5m, 90 % within 1h"
