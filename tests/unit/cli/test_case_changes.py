"""A case's life on the command line: opened, changed, closed, written about, planned for, merged."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.laptop import Laptop, live

NUMBER = r"CAS-[0-9]{5}-[0-9A-Z]{6}"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return live(tmp_path)


def opened(laptop: Laptop, title: str = "Hot", *more: str) -> str:
    """Open a case and return its number."""
    printed = laptop.done("cases", "open", "--contact", "C-1", "--title", title, *more, "--wait")
    found = re.match(rf"({NUMBER}) is open", printed)
    assert found, printed
    return found[1]


def shown(laptop: Laptop, case: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(laptop.done("cases", "show", case, "--json"))
    return found


def refused(laptop: Laptop, *arguments: str) -> str:
    result = laptop.carebus(*arguments)
    assert result.exit_code == 1, result.output
    return result.stderr


def misused(laptop: Laptop, *arguments: str) -> str:
    result = laptop.carebus(*arguments)
    assert result.exit_code == 2, result.output
    return result.stderr


def test_a_case_is_opened_with_all_that_is_said_of_it(laptop: Laptop) -> None:
    said = {"description": "Since today.", "product": "P-7", "priority": "high", "type": "question", "origin": "chat"}
    case = opened(
        laptop, "Hot", *(part for name, value in said.items() for part in (f"--{name}", value)), "--by", "kim"
    )
    found = shown(laptop, case)
    assert {name: found[name] for name in said} == said
    assert (found["title"], found["timeline"][0]["by"]) == ("Hot", "kim")


def test_who_does_not_wait_is_told_the_id(laptop: Laptop) -> None:
    printed = laptop.done("cases", "open", "--contact", "C-1", "--title", "Hot")
    laptop.settle()
    found = re.search(r"[0-9A-Z]{26}", printed)
    assert found
    assert shown(laptop, found[0])["title"] == "Hot"


def test_an_alert_of_an_error_that_has_an_open_case_is_added_to_that_one(laptop: Laptop) -> None:
    alert = ("--device", "D-1", "--error-code", "11")
    case = opened(laptop, "Hot", *alert)
    printed = laptop.done("cases", "open", "--contact", "C-1", "--title", "Hot", *alert, "--wait")
    assert printed == f"{case} was open already.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--priority", "urgent"), "--priority is one of critical, high, normal, low."),
        (("--type", "complaint"), "--type is one of question, problem, request."),
        (("--origin", "pigeon"), "--origin is one of"),
        (("--title", "x" * 201), "--title has at most 200 characters."),
        (("--title", " "), "--title must not be empty."),
        (("--error-code", "11"), "--error-code needs the --device that reports it."),
    ],
)
def test_what_a_case_cannot_be_opened_with_is_told(laptop: Laptop, arguments: tuple[str, ...], told: str) -> None:
    assert told in misused(laptop, "cases", "open", "--contact", "C-1", "--title", "Hot", *arguments)


def test_a_case_is_opened_for_somebody(laptop: Laptop) -> None:
    assert "There is no contact C-9." in refused(laptop, "cases", "open", "--contact", "C-9", "--title", "Hot")
    below = ("cases", "open", "--contact", "C-1", "--title", "Hot", "--parent", "unheard")
    assert "There is no case unheard." in refused(laptop, *below)


def test_what_a_case_says_is_changed(laptop: Laptop) -> None:
    case = opened(laptop)
    assert laptop.done("cases", "update", case, "--priority", "low", "--wait") == f"{case} is changed.\n"
    assert shown(laptop, case)["priority"] == "low"
    assert "at least one column" in misused(laptop, "cases", "update", case)
    assert "--type is one of" in misused(laptop, "cases", "update", case, "--type", "x")


def test_a_case_goes_through_its_statuses(laptop: Laptop) -> None:
    case = opened(laptop)
    assert laptop.done("cases", "status", case, "on_hold", "--wait") == f"{case} is on_hold.\n"
    assert laptop.done("cases", "escalate", case, "--wait") == f"{case} is escalated.\n"
    assert laptop.done("cases", "escalate", case, "--calm", "--wait") == f"{case} is no longer escalated.\n"
    assert laptop.done("cases", "cancel", case, "--wait") == f"{case} is cancelled.\n"
    assert "transition_not_allowed" in refused(laptop, "cases", "cancel", case, "--wait")
    assert "read only until it is reactivated" in refused(laptop, "cases", "escalate", case, "--wait")
    assert laptop.done("cases", "reactivate", case, "--wait") == f"{case} is active.\n"
    assert "STATUS_REASON is one of" in misused(laptop, "cases", "status", case, "resolved")
    assert laptop.done("cases", "cancel", case) == f"Sent; {case} is cancelled in a moment.\n"


def test_a_reactivation_that_the_guard_refuses_says_so(laptop: Laptop) -> None:
    alert = ("--device", "D-1", "--error-code", "11")
    case = opened(laptop, "Hot", *alert)
    laptop.done("cases", "cancel", case, "--wait")
    opened(laptop, "Hot", *alert)
    assert "another_case_is_open" in refused(laptop, "cases", "reactivate", case, "--wait")


def test_what_was_said_is_written_down_and_listed_by_kind(laptop: Laptop) -> None:
    case = opened(laptop)
    laptop.done("cases", "note", case, "Called twice.", "--wait")
    call = ("--type", "phone_call", "--direction", "out", "--conversation", "V-1")
    laptop.done("cases", "note", case, "Told them.", *call, "--wait")
    listed = json.loads(laptop.done("cases", "timeline", case, "--json"))
    assert [line["kind"] for line in listed] == ["phone_call", "note", "create_case"]
    [noted] = json.loads(laptop.done("cases", "timeline", case, "--kind", "note", "--json"))
    assert noted["text"] == "Called twice."
    assert len(json.loads(laptop.done("cases", "timeline", case, "--limit", "2", "--json"))) == 2
    assert len(json.loads(laptop.done("cases", "timeline", "--contact", "C-1", "--json"))) == 3
    [said] = json.loads(laptop.done("cases", "timeline", "--conversation", "V-1", "--json"))
    assert said["text"] == "Told them."
    assert "Told them." in laptop.done("cases", "timeline", case)
    assert shown(laptop, case)["first_response_at"] is not None
    assert "Name one of" in misused(laptop, "cases", "timeline")
    assert "--type is one of" in misused(laptop, "cases", "note", case, "x", "--type", "dream")
    assert misused(laptop, "cases", "note", case, " ") == "TEXT must not be empty.\n"


def test_what_is_planned_is_in_the_way_of_closing_until_it_is_done(laptop: Laptop) -> None:
    case = opened(laptop)
    planned = ("cases", "plan", case, "Call them", "--due", "2026-03-02T12:00:00+01:00", "--person", "kim", "--wait")
    task = laptop.done(*planned).split()[-1].rstrip(".")
    assert shown(laptop, case)["open_activities"] == {task: {"type": "task", "subject": "Call them"}}
    assert "Something is still to be done" in refused(laptop, "cases", "cancel", case, "--wait")
    resolving = ("cases", "resolve", case, "--text", "Done.", "--wait")
    assert "open_activities" in refused(laptop, *resolving)
    laptop.done(*resolving, "--cancel-activities")
    laptop.settle()
    assert (shown(laptop, case)["status"], shown(laptop, case)["open_activities"]) == ("resolved", {})


def test_what_was_done_is_in_nobodys_way(laptop: Laptop) -> None:
    case = opened(laptop)
    planned = ("cases", "plan", case, "Call them", "--due", "2026-03-02T12:00:00+01:00", "--queue", "support", "--wait")
    task = laptop.done(*planned).split()[-1].rstrip(".")
    laptop.done("tasks", "close", task, "--yes", "--wait")
    laptop.settle()
    laptop.done("cases", "cancel", case, "--wait")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--due", "tomorrow", "--person", "kim"), "--due is a time such as"),
        (("--due", "2026-03-02T12:00:00", "--person", "kim"), "--due needs an offset"),
        (("--due", "2026-03-02T12:00:00Z"), "either --queue or --person"),
        (("--due", "2026-03-02T12:00:00Z", "--person", "kim", "--type", "sms"), "--type is one of"),
    ],
)
def test_what_cannot_be_planned_so_is_told(laptop: Laptop, arguments: tuple[str, ...], told: str) -> None:
    assert told in misused(laptop, "cases", "plan", opened(laptop), "Call them", *arguments)


def test_a_case_is_put_below_another_one_and_taken_away(laptop: Laptop) -> None:
    above, below = opened(laptop), opened(laptop)
    assert laptop.done("cases", "parent", below, above, "--wait") == f"{below} is below {above}.\n"
    laptop.settle()
    assert list(shown(laptop, above)["children"].values()) == ["open"]
    assert "one level" in refused(laptop, "cases", "parent", above, below, "--wait")
    assert laptop.done("cases", "parent", below, "--none", "--wait") == f"{below} is alone.\n"
    assert "or say --none" in misused(laptop, "cases", "parent", below)
    laptop.done("cases", "cancel", above, "--wait")
    assert "The case above is closed." in refused(laptop, "cases", "parent", below, above, "--wait")


def test_cases_are_merged(laptop: Laptop) -> None:
    stays, others = opened(laptop), [opened(laptop), opened(laptop)]
    laptop.done("cases", "note", others[0], "Called twice.", "--wait")
    assert laptop.done("cases", "merge", stays, *others, "--wait") == f"{stays} is taking them in.\n"
    laptop.settle()
    found = shown(laptop, stays)
    assert list(found["merging"].values()) == ["merged", "merged"]
    assert "Called twice." in [line["text"] for line in found["timeline"]]
    assert shown(laptop, others[0])["merged_into"] == found["id"]
    assert "merged into it already" in refused(laptop, "cases", "merge", stays, others[0], "--wait")
    assert "There is no case unheard." in refused(laptop, "cases", "merge", stays, "unheard")
    assert "At most 10" in misused(laptop, "cases", "merge", stays, *["x"] * 11)


def test_a_case_goes_through_its_process(laptop: Laptop) -> None:
    case = opened(laptop)
    assert laptop.done("cases", "process", case) == f"{case} is in no process.\n"
    assert "is in no process" in refused(laptop, "cases", "process", case, "--next", "--wait")
    laptop.done("cases", "process", case, "--start", "case-resolution", "--wait")
    assert laptop.done("cases", "process", case, "--next", "--wait") == f"{case} is a stage further.\n"
    assert "A required step" in refused(laptop, "cases", "process", case, "--next", "--wait")
    laptop.done("cases", "process", case, "--tick", "cause", "--wait")
    view = json.loads(laptop.done("cases", "process", case, "--json"))
    assert {step["step"]: step["done"] for step in view["steps"]} == {"description": False, "cause": True}
    laptop.done("cases", "process", case, "--untick", "cause", "--wait")
    laptop.done("cases", "process", case, "--to", "identify", "--wait")
    drawn = laptop.done("cases", "process", case)
    assert "identify > research > resolve" in drawn
    assert "One at a time" in misused(laptop, "cases", "process", case, "--next", "--abandon")
    laptop.done("cases", "process", case, "--abandon", "--wait")
    assert json.loads(laptop.done("cases", "process", case, "--json"))["state"] == "abandoned"
