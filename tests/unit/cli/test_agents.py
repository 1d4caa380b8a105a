"""`carebus agents`, `carebus queues`, and who works on a case."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.laptop import Laptop, live, written

QUEUES = """
queue: first
title: First line
---
queue: experts
skills: {pumps: 3}
---
routing: cases
otherwise: {queue: first}
"""
KIM = ("--name", "Kim", "--capacity", "2", "--skill", "pumps:4", "--queue", "first")
AGENTS = "agent_id,name,capacity,skills,queues\n"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A laptop with queues, and an agent who is not there yet."""
    laptop = live(tmp_path)
    folder = tmp_path / "office"
    folder.mkdir()
    written(folder, "office.yaml", QUEUES)
    laptop.done("publish", str(folder), "--wait")
    laptop.done("agents", "put", "kim", *KIM, "--wait")
    return laptop


def a_case(laptop: Laptop) -> dict[str, Any]:
    laptop.fire("e-1", device_id="D-1", error_code=11)
    [case] = json.loads(laptop.done("cases", "list", "--json"))
    return dict(case)


def words(line: str) -> list[str]:
    return line.split()


def test_an_agent_is_put_and_listed(laptop: Laptop) -> None:
    header, line = laptop.done("agents", "list").splitlines()
    assert words(header) == ["id", "name", "presence", "free", "slots", "capacity", "queues", "skills"]
    assert words(line) == ["kim", "Kim", "offline", "2", "2", "first", "pumps:4"]


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--capacity", "200"], 2, "capacity must be a whole number from 0 to 100\n"),
        (["--capacity", "1", "--skill", "pumps"], 2, "--skill is a name and a proficiency: pumps:3.\n"),
        (["--capacity", "1", "--skill", "pumps:9"], 2, "skills.pumps must be a whole number from 1 to 5\n"),
        (["--capacity", "1", "--queue", "frist"], 1, "There is no queue frist (did you mean `first`?).\n"),
    ],
)
def test_what_is_wrong_with_an_agent_is_told(laptop: Laptop, options: list[str], code: int, told: str) -> None:
    refused = laptop.carebus("agents", "put", "lee", "--name", "Lee", *options)
    assert (refused.exit_code, refused.stderr) == (code, told)


def test_an_agent_who_comes_in_gets_what_waits(laptop: Laptop) -> None:
    case = a_case(laptop)
    assert words(laptop.done("queues", "list").splitlines()[2])[-1] == "1"
    shown = laptop.done("queues", "show", "first")
    assert case["number"] in shown
    assert "offline:1" in shown
    assert laptop.done("agents", "presence", "kim", "available", "--wait") == "kim is available.\n"
    assert json.loads(laptop.done("cases", "show", case["id"], "--json"))["worked_by"] == "kim"
    assert "Nothing waits." in laptop.done("queues", "show", "first")


def test_a_case_goes_from_hand_to_hand(laptop: Laptop) -> None:
    number = a_case(laptop)["number"]
    laptop.done("agents", "put", "lee", "--name", "Lee", "--capacity", "1", "--wait")
    assert laptop.done("cases", "pick", number, "--agent", "kim", "--wait") == f"{number} is with kim.\n"
    refused = laptop.carebus("cases", "pick", number, "--agent", "lee", "--wait").stderr
    assert refused == f"{number} did not take it (taken). Another agent works on the case: kim.\n"
    assert laptop.done("cases", "assign", number, "lee", "--wait") == f"{number} is with lee.\n"
    assert laptop.done("cases", "release", number, "--wait") == f"{number} is released.\n"
    assert laptop.done("cases", "route", number, "--queue", "experts", "--wait") == f"{number} is routed.\n"
    assert json.loads(laptop.done("cases", "show", number, "--json"))["queue"] == "experts"
    laptop.done("cases", "route", number, "--wait")
    assert json.loads(laptop.done("cases", "show", number, "--json"))["queue"] == "first"


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("lee", "(no_capacity). The agent has as many cases as they can take."),
        ("nobody", "(not_found). There is no such case, or no such agent."),
    ],
)
def test_why_a_case_cannot_be_given_is_said_in_words(laptop: Laptop, agent: str, told: str) -> None:
    number = a_case(laptop)["number"]
    laptop.done("agents", "put", "lee", "--name", "Lee", "--capacity", "0", "--wait")
    for command in (("pick", number, "--agent", agent), ("assign", number, agent)):
        refused = laptop.carebus("cases", *command, "--wait")
        assert (refused.exit_code, refused.stderr) == (1, f"{number} did not take it {told}\n")


def test_who_got_a_case_and_why_is_shown(laptop: Laptop) -> None:
    laptop.done("agents", "put", "lee", "--name", "Lee", "--capacity", "1", "--queue", "first", "--wait")
    number = a_case(laptop)["number"]
    waits = next(line for line in laptop.done("cases", "timeline", number).splitlines() if "keep_waiting" in line)
    assert "2 looked at; passed over: offline 2" in waits
    laptop.done("agents", "presence", "kim", "available", "--wait")
    laptop.done("cases", "route", number, "--queue", "experts", "--wait")
    laptop.settle()
    shown = laptop.done("cases", "show", number)
    assert "to kim; rule otherwise" in next(line for line in shown.splitlines() if "give_case" in line)
    assert "to the queue experts" in next(line for line in shown.splitlines() if "move_to_queue" in line)
    assert "what" not in json.loads(laptop.done("cases", "timeline", number, "--json"))[0]


def test_without_waiting_it_says_that_it_was_sent(laptop: Laptop) -> None:
    number = a_case(laptop)["number"]
    assert laptop.done("cases", "pick", number, "--agent", "kim") == f"Sent; {number} is with kim in a moment.\n"
    assert laptop.done("agents", "presence", "kim", "away") == "Sent; kim is away in a moment.\n"


def test_a_file_of_agents_is_imported(laptop: Laptop, tmp_path: Path) -> None:
    lines = "lee,Lee,3,pumps:4 german:5,first experts\nsam,Sam,1,,first\n"
    file = written(tmp_path, "agents.csv", AGENTS + lines)
    assert laptop.done("agents", "import", file, "--wait") == "2 agents imported.\n"
    found = {agent["id"]: agent for agent in json.loads(laptop.done("agents", "list", "--json"))}
    assert (found["lee"]["skills"], found["lee"]["queues"]) == ("german:5 pumps:4", "first experts")
    assert set(found) == {"kim", "lee", "sam"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("lee,Lee,many,,first", ":2: capacity is a whole number, and skills are written as pumps:3 german:5"),
        ("lee,Lee,1,pumps,first", ":2: capacity is a whole number, and skills are written as pumps:3 german:5"),
        ("lee,Lee,1,pumps:7,first", ":2: skills: must be a whole number from 1 to 5"),
        ("lee,,1,,first", ":2: name: must be text of at most 200 characters"),
        ("lee,Lee,1,,first\nlee,Lee,2,,first", ":3: agent_id: is in line 2 already"),
        ("lee,Lee,1,,nowhere", "There is no queue nowhere."),
    ],
)
def test_a_file_with_a_fault_changes_nothing(laptop: Laptop, tmp_path: Path, line: str, told: str) -> None:
    refused = laptop.carebus("agents", "import", written(tmp_path, "agents.csv", AGENTS + line + "\n"), "--wait")
    assert refused.exit_code == 1
    assert refused.stderr.strip().endswith(told)
    assert len(json.loads(laptop.done("agents", "list", "--json"))) == 1


def test_who_and_what_is_not_there_is_told(laptop: Laptop) -> None:
    assert laptop.carebus("agents", "presence", "lee", "away").stderr == "There is no agent lee.\n"
    assert laptop.carebus("agents", "presence", "kim", "asleep").exit_code == 2
    assert laptop.carebus("queues", "show", "frist").stderr == "There is no queue frist (did you mean `first`?).\n"


@pytest.mark.parametrize(
    "command",
    ["agents list", "agents put", "agents presence", "agents import", "queues list", "queues show", "cases pick",
     "cases assign", "cases release", "cases route"],
)  # fmt: skip
def test_every_command_has_an_example(command: str) -> None:
    assert f"Example: carebus {command}" in " ".join(Laptop().done(*command.split(), "--help").split())
