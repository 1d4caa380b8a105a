"""`carebus tasks`."""

import json
from datetime import timedelta

import pytest

from shared.tasks.messages import CreateTask
from tests.unit.cli.laptop import START, Laptop


@pytest.fixture
def laptop() -> Laptop:
    """A laptop with two tasks of a queue."""
    laptop = Laptop()
    for number in (1, 2):
        due = START + timedelta(days=3 - number)
        laptop.say(f"m-{number}", CreateTask(f"T-{number}", f"Call {number}", "C-1", "queue", "first-line", due))
    laptop.settle()
    return laptop


def ids(laptop: Laptop, *options: str) -> list[str]:
    return [task["id"] for task in json.loads(laptop.done("tasks", "list", *options, "--json"))]


def test_tasks_are_listed_soonest_due_first(laptop: Laptop) -> None:
    assert ids(laptop, "--queue", "first-line") == ["T-2", "T-1"]
    assert ids(laptop, "--contact", "C-1") == ["T-2", "T-1"]
    assert laptop.done("tasks", "list", "--person", "kim") == "No tasks.\n"
    assert "Call 2" in laptop.done("tasks", "list", "--queue", "first-line").splitlines()[1]


@pytest.mark.parametrize("options", [[], ["--queue", "a", "--person", "b"]])
def test_a_list_is_of_one_owner_or_contact(options: list[str]) -> None:
    assert Laptop().carebus("tasks", "list", *options).exit_code == 2


@pytest.mark.parametrize(("options", "state"), [([], "done"), (["--cancel"], "cancelled")])
def test_a_task_is_closed_after_a_yes(laptop: Laptop, options: list[str], state: str) -> None:
    declined = laptop.carebus("tasks", "close", "T-1", *options)
    assert declined.exit_code == 1
    assert f"Close it as {state}? [y/N]:" in declined.stdout
    assert declined.stderr.endswith("Nothing was changed: nobody answered. Where nobody can, add --yes.\n")
    closed = laptop.done("tasks", "close", "T-1", *options, "--text", "Reached.", "--by", "kim", "--yes", "--wait")
    assert closed.endswith(f"It is {state}.\n")
    assert ids(laptop, "--queue", "first-line") == ["T-2"]
    task = laptop.head("tasks", "T-1")
    assert task is not None
    assert (task["state"], task["closed_by"], task["text"]) == (state, "kim", "Reached.")


def test_a_closed_task_and_an_unknown_one_are_told(laptop: Laptop) -> None:
    laptop.done("tasks", "close", "T-1", "--yes", "--wait")
    assert laptop.carebus("tasks", "close", "T-1", "--yes").stderr == "The task is done.\n"
    assert laptop.carebus("tasks", "close", "T-9", "--yes").stderr == "There is no task T-9.\n"
