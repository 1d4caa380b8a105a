"""What a case is held to, on the command line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from shared.cases.messages import ChangeStatus
from tests.unit.cli.laptop import Laptop, live

SLA = """
sla: standard
default: true
kpis:
  - kpi: resolve
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: eq, value: on_hold}
    warn_after: PT1H
    fail_after: PT4H
"""


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A laptop with a case that was worked on for an hour and on hold for two."""
    laptop = live(tmp_path)
    extra = tmp_path / "sla"
    extra.mkdir()
    (extra / "sla.yaml").write_text(SLA, encoding="utf-8")
    laptop.done("publish", str(extra))
    laptop.clock.time += timedelta(minutes=1)
    laptop.fire("e-1", device_id="D-1", error_code=11)
    for minutes, status in ((60, "on_hold"), (120, "in_progress")):
        laptop.clock.time += timedelta(minutes=minutes)
        laptop.say(status, ChangeStatus(number(laptop)["id"], "kim", status))
        laptop.settle()
    return laptop


def number(laptop: Laptop) -> dict[str, str]:
    [case] = json.loads(laptop.done("cases", "list", "--json"))
    return dict(case)


def test_it_is_shown_with_a_bar_and_in_words(laptop: Laptop) -> None:
    shown = laptop.done("cases", "sla", number(laptop)["number"])
    assert "SLA standard, the default" in shown
    assert "█" * 6 + "░" * 18 + "  25%" in shown
    assert "1 h of it have run, 2 h did not count." in shown


def test_it_says_what_the_time_was_used_for(laptop: Laptop) -> None:
    shown = laptop.done("cases", "sla", number(laptop)["id"], "--segments")
    told = [line.split() for line in shown.splitlines() if line.startswith("resolve ")]
    assert [(line[1], line[-1]) for line in told if line[1] in ("running", "paused")] == [
        ("running", "1:00"),
        ("paused", "2:00"),
        ("running", "0:00"),
    ]


def test_scripts_get_all_of_it(laptop: Laptop) -> None:
    view = json.loads(laptop.done("cases", "sla", number(laptop)["id"], "--json"))
    [resolve] = view["instances"]
    assert resolve["elapsed_seconds"] + resolve["left_seconds"] == resolve["fail_after_seconds"] == 14400


def test_a_case_without_an_sla_says_so(tmp_path: Path) -> None:
    laptop = live(tmp_path)
    laptop.fire("e-1", device_id="D-1", error_code=11)
    assert laptop.done("cases", "sla", number(laptop)["id"]) == "No SLA.\n"


def test_a_case_that_is_not_there_is_named(laptop: Laptop) -> None:
    assert "no case nobody" in laptop.carebus("cases", "sla", "nobody").stderr
