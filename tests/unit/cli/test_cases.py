"""Cases and deliveries on the command line, over the whole story in memory."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.laptop import Laptop, live


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A laptop with one open case."""
    laptop = live(tmp_path)
    laptop.fire("e-1", device_id="D-1", error_code=11)
    return laptop


def the_case(laptop: Laptop) -> dict[str, Any]:
    [case] = json.loads(laptop.done("cases", "list", "--json"))
    return dict(case)


def test_open_cases_are_listed_by_number(laptop: Laptop) -> None:
    case = the_case(laptop)
    [header, line] = laptop.done("cases", "list").splitlines()
    assert header.split()[:3] == ["number", "contact", "status"]
    assert line.split()[:3] == [case["number"], "C-1", "in_progress"]


def test_a_case_is_shown_by_its_id_and_by_its_number(laptop: Laptop) -> None:
    case = the_case(laptop)
    by_id = laptop.done("cases", "show", case["id"], "--json")
    assert laptop.done("cases", "show", case["number"], "--json") == by_id
    shown = json.loads(by_id)
    assert shown["occurrences"]["count"] == 1
    assert [entry["outcome"] for entry in shown["timeline"]] == ["opened"]


def test_a_resolved_case_is_found_by_its_number_and_says_who_resolved_it(laptop: Laptop) -> None:
    number = the_case(laptop)["number"]
    printed = laptop.done("cases", "resolve", number, "--text", "Valve replaced.", "--by", "kim", "--wait")
    assert printed == f"{number} is resolved.\n"
    assert laptop.done("cases", "list") == "No open cases.\n"
    shown = laptop.done("cases", "show", number)
    assert "problem_solved" in shown
    assert any(line.split()[2:] == ["problem_solved", "kim", "Valve", "replaced."] for line in shown.splitlines()[-1:])


def test_closed_cases_are_listed_by_contact(laptop: Laptop) -> None:
    case = the_case(laptop)
    laptop.done("cases", "resolve", case["id"], "--text", "Done.", "--wait")
    assert laptop.done("cases", "list", "--contact", "C-1") == "No open cases.\n"
    [closed] = json.loads(laptop.done("cases", "list", "--contact", "C-1", "--all", "--json"))
    assert (closed["id"], closed["status"]) == (case["id"], "resolved")


def test_all_cases_of_everybody_are_not_a_list(laptop: Laptop) -> None:
    refused = laptop.carebus("cases", "list", "--all")
    assert (refused.exit_code, refused.stderr) == (2, "Closed cases are listed by contact: add --contact.\n")


def test_resolving_twice_is_refused_with_the_reason(laptop: Laptop) -> None:
    number = the_case(laptop)["number"]
    laptop.done("cases", "resolve", number, "--text", "Done.", "--wait")
    again = laptop.carebus("cases", "resolve", number, "--text", "Done.", "--wait")
    assert again.exit_code == 1
    assert again.stderr == f"{number} was not resolved (transition_not_allowed). The case is resolved.\n"


def test_an_unknown_resolution_is_a_usage_error(laptop: Laptop) -> None:
    refused = laptop.carebus("cases", "resolve", "X", "--text", "", "--resolution", "magic")
    assert (refused.exit_code, refused.stderr) == (
        2,
        "--resolution is one of problem_solved, information_provided.\n",
    )


@pytest.mark.parametrize("named", ["01J00000000000000000000000", "CAS-02251-ABCDEF", "CAS-99999-ABCDEF"])
def test_a_case_that_does_not_exist_is_named(laptop: Laptop, named: str) -> None:
    missing = laptop.carebus("cases", "show", named)
    assert (missing.exit_code, missing.stderr) == (1, f"There is no case {named}.\n")


def test_deliveries_are_listed_with_masked_addresses(laptop: Laptop) -> None:
    [delivery] = json.loads(laptop.done("deliveries", "list", "--contact", "C-1", "--json"))
    assert (delivery["channel"], delivery["state"], delivery["to"]) == ("sms", "sent", "+49...42")
    [_, line] = laptop.done("deliveries", "list", "--contact", "C-1").splitlines()
    assert delivery["id"] in line
    assert "3023125042" not in line


def test_a_delivery_that_was_not_sent_tells_why_in_words(laptop: Laptop) -> None:
    laptop.done("contacts", "consent", "C-1", "email", "transactional", "opted_out", "--wait")
    laptop.done("cases", "resolve", the_case(laptop)["id"], "--text", "Done.", "--wait")
    laptop.settle()
    [_, email] = json.loads(laptop.done("deliveries", "list", "--contact", "C-1", "--json"))
    assert (email["channel"], email["state"], email["reason"]) == ("email", "blocked", "opted_out")
    assert "The customer has opted out" in laptop.done("deliveries", "list", "--contact", "C-1")


def test_nobody_was_written_to(laptop: Laptop) -> None:
    assert laptop.done("deliveries", "list", "--contact", "C-9") == "Nothing was sent to this contact.\n"


def test_a_case_is_told_in_short(tmp_path: Path) -> None:
    laptop = live(tmp_path)
    laptop.fire("e1", device_id="D-1", error_code=11)
    (line,) = json.loads(laptop.done("cases", "list", "--json"))
    told = laptop.done("cases", "summary", line["number"])
    assert re.search("composed by +record", told)
    assert "Opened (iot)." in told
    assert told.splitlines()[-1].startswith("Next: Somebody takes it")
    assert json.loads(laptop.done("cases", "summary", line["id"], "--no-model", "--json"))["number"] == line["number"]
    assert laptop.carebus("cases", "summary", "K-9").stderr == "There is no case K-9.\n"
