"""`carebus validate` and `carebus publish`."""

import shutil
from pathlib import Path

import pytest

from tests.unit.cli.laptop import DEFINITIONS, START, Laptop, written

NAMES = {path.stem for path in (DEFINITIONS / "journeys").glob("*.yaml")}
EXAMPLES = {path.stem for path in (DEFINITIONS / "examples" / "journeys").glob("*.yaml")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the definitions that a test may change."""
    return Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))


def table(printed: str) -> list[list[str]]:
    return [line.split() for line in printed.splitlines()]


def test_good_definitions_are_listed_by_kind_and_name(folder: Path) -> None:
    [header, *lines] = table(Laptop().done("validate", str(folder)))
    assert header == ["kind", "name", "what"]
    assert {line[1] for line in lines if line[0] == "journey"} == NAMES | EXAMPLES
    assert ["template", "ticket-opened", "sms,", "transactional,", "in", "de,", "en"] in lines
    assert "Europe/Berlin, 37.5 hours a week, holidays of DE-BE" in [" ".join(line[2:]) for line in lines]


def test_every_fault_is_told_with_file_and_line(folder: Path) -> None:
    written(folder, "one.yaml", "trigger: one\nkind: custum\n")
    written(folder, "two.yaml", "journey: two\nstarts_on: nothing\nre_entry: immediately\ntiles: []\n")
    invalid = Laptop().carebus("validate", str(folder))
    assert (invalid.exit_code, invalid.stdout) == (1, "")
    places = [line.split(": ")[0] for line in invalid.stderr.splitlines()]
    assert f"{folder}/one.yaml:2" in places
    assert f"{folder}/two.yaml:2" in places


def test_a_folder_without_definitions_is_a_fault(tmp_path: Path) -> None:
    empty = Laptop().carebus("validate", str(tmp_path))
    assert (empty.exit_code, empty.stderr) == (1, f"{tmp_path}: no .yaml file is in this folder\n")


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert Laptop().carebus("publish", str(tmp_path / "missing")).exit_code == 2


def test_what_is_published_first_is_new_then_unchanged(folder: Path) -> None:
    laptop = Laptop()
    [_, *lines, told] = table(laptop.done("publish", str(folder)))
    assert {line[2] for line in lines} == {"new"}
    assert told[:3] == ["Live", "from", f"{START:12:00:15}"]
    [_, *lines, _] = table(laptop.done("publish", str(folder)))
    assert {line[2] for line in lines} == {"unchanged"}


def test_an_edited_journey_is_changed_and_gets_another_version(folder: Path) -> None:
    laptop = Laptop()
    laptop.done("publish", str(folder), "--wait")
    path = folder / "journeys" / "critical-device-error.yaml"
    path.write_text(path.read_text().replace("value: 10", "value: 20"))
    [_, *lines, _] = table(laptop.done("publish", str(folder)))
    assert [line for line in lines if line[2] != "unchanged"] == [["journey", path.stem, "changed", "2"]]


def test_waiting_ends_when_the_journeys_are_live(folder: Path) -> None:
    laptop = Laptop()
    assert laptop.done("publish", str(folder), "--wait").splitlines()[-1] == "Everything is live."
    assert (laptop.clock.time - START).total_seconds() >= 15


def test_waiting_again_waits_for_nothing(folder: Path) -> None:
    laptop = Laptop()
    laptop.done("publish", str(folder), "--wait")
    live = laptop.clock.time
    assert laptop.done("publish", str(folder), "--wait").splitlines()[-1] == "Everything is live."
    assert laptop.clock.time == live


def test_a_dry_run_tells_the_same_and_changes_nothing(folder: Path) -> None:
    laptop = Laptop()
    rehearsed = laptop.done("publish", str(folder), "--dry-run")
    assert laptop.store.partitions("definitions") == []
    assert laptop.done("publish", str(folder)).startswith(rehearsed)


def test_nothing_is_published_of_invalid_definitions(folder: Path) -> None:
    laptop = Laptop()
    written(folder, "one.yaml", "trigger: one\n")
    assert laptop.carebus("publish", str(folder)).exit_code == 1
    assert laptop.store.partitions("definitions") == []


def test_publishing_needs_no_bus(folder: Path) -> None:
    assert Laptop().carebus("publish", str(folder), environment={"TablesConnection": "memory"}).exit_code == 0


def test_examples_are_published_where_that_is_asked_for(folder: Path) -> None:
    laptop = Laptop()
    for options, names in (((), NAMES), (("--examples",), EXAMPLES)):
        lines = table(laptop.done("publish", str(folder), *options))
        assert {line[1] for line in lines if line[0] == "journey" and line[2] == "new"} == names


def test_what_is_published_may_not_rest_on_an_example(folder: Path) -> None:
    written(
        folder,
        "one.yaml",
        "journey: one\nstarts_on: warranty-registered\ntiles: [{id: t, send_email: warranty-ends}]\n",
    )
    invalid = Laptop().carebus("validate", str(folder))
    assert (invalid.exit_code, invalid.stdout) == (1, "")
