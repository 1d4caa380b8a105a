"""`carebus journeys`, `triggers` and `replay`, over the whole story in memory."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from shared.events.messages import TriggerFired
from shared.runtime.store import Upsert
from tests.unit.api.studio import DEFINITIONS, EDITED
from tests.unit.cli.laptop import CONTACTS, Laptop, written

NAME = "unpaid-order"
PEOPLE = (
    "C-1,Anna,anna@example.org,+493023125042,de,Europe/Berlin\n"
    "C/2,Ben,ben@example.org,+493023125043,en,Europe/Berlin\n"
    "C-9,Kim,kim@example.org,+493023125099,en,Europe/Berlin\n"
)


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A laptop on which C-1 waits for the order to be paid, and C/2 has paid."""
    laptop = Laptop()
    written(tmp_path, "definitions.yaml", DEFINITIONS)
    laptop.done("publish", str(tmp_path), "--wait")
    laptop.done("import", "contacts", written(tmp_path, "contacts.csv", CONTACTS + PEOPLE), "--wait")
    happens(laptop, "order-placed", "C-1", amount=50)
    happens(laptop, "order-placed", "C/2", amount=50)
    happens(laptop, "order-placed", "C-9", amount=5)
    happens(laptop, "order-paid", "C/2")
    return laptop


def happens(laptop: Laptop, trigger: str, contact: str, **attributes: Any) -> None:
    said = {"order": "O-1", "contact": contact, **attributes}
    laptop.say(f"{trigger}-{contact}", TriggerFired(trigger, said, laptop.clock.now(), source="test"))
    laptop.settle()


def edited(laptop: Laptop, folder: Path) -> None:
    written(folder, "definitions.yaml", DEFINITIONS.partition("\njourney:")[0] + EDITED)
    laptop.done("publish", str(folder), "--wait")


def runs(laptop: Laptop, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(laptop.done("journeys", "runs", NAME, "--json", *options))
    return found


def test_journeys_are_listed_with_their_numbers(laptop: Laptop) -> None:
    [header, line] = laptop.done("journeys", "list").splitlines()
    assert header.split()[:4] == ["name", "phase", "version", "entered"]
    assert line.split()[:7] == [NAME, "live", "1", "2", "2", "0", "0"]
    [told] = json.loads(laptop.done("journeys", "list", "--json"))
    assert told["not_entered"] == 1


def test_a_journey_is_shown_as_a_tree_with_its_numbers(laptop: Laptop) -> None:
    shown = laptop.done("journeys", "show", NAME)
    assert "1 condition_not_met" in shown
    assert "paid: if_then order-paid within 1d  [2 arrived, 1 waiting, 1 processed" in shown
    assert "> yes  [1]" in shown
    assert "rest: wait 1h  [1 arrived, 1 waiting" in shown
    told = json.loads(laptop.done("journeys", "show", NAME, "--json"))
    assert told["versions"][0]["entered"] == 2


def test_numbers_are_the_same_after_everything_came_again(laptop: Laptop) -> None:
    before = laptop.done("journeys", "show", NAME)
    happens(laptop, "order-placed", "C-1", amount=50)
    happens(laptop, "order-paid", "C/2")
    assert laptop.done("journeys", "show", NAME) == before


def test_each_version_is_shown_by_its_number(laptop: Laptop, tmp_path: Path) -> None:
    edited(laptop, tmp_path)
    assert "again: send_sms thanks" in laptop.done("journeys", "show", NAME)
    assert "again" not in laptop.done("journeys", "show", NAME, "--version", "1")
    missing = laptop.carebus("journeys", "show", NAME, "--version", "7")
    assert (missing.exit_code, missing.stderr) == (1, f"There is no journey {NAME} in version 7.\n")


def test_a_journey_is_drawn_as_mermaid_and_svg(laptop: Laptop, tmp_path: Path) -> None:
    drawn = laptop.done("journeys", "draw", NAME)
    assert drawn.startswith("flowchart TD\n")
    assert "arrived" not in drawn
    assert "2 arrived" in laptop.done("journeys", "draw", NAME, "--numbers")
    path = tmp_path / "journey.svg"
    assert laptop.done("journeys", "draw", NAME, "--format", "svg", "--numbers", "--output", str(path)) == ""
    assert path.read_text().startswith("<svg")
    assert "2 arrived" in path.read_text()


def test_who_waits_is_listed_by_tile_and_version(laptop: Laptop) -> None:
    assert [line["contact"] for line in runs(laptop)] == ["C/2", "C-1"]
    assert [line["contact"] for line in runs(laptop, "--tile", "paid")] == ["C-1"]
    assert runs(laptop, "--version", "2") == []
    assert laptop.done("journeys", "runs", NAME, "--tile", "nowhere") == "Nobody waits.\n"
    assert runs(laptop, "--tile", "rest")[0]["id"] in laptop.done("journeys", "runs", NAME)


def test_a_change_says_first_what_it_is_about_and_asks(laptop: Laptop) -> None:
    declined = laptop.carebus("journeys", "pause", NAME)
    assert declined.exit_code == 1
    assert declined.stdout.startswith(f"{NAME} is live, and 2 wait in it.\nPause it? [y/N]:")
    laptop.settle()
    assert json.loads(laptop.done("journeys", "list", "--json"))[0]["phase"] == "live"


def test_a_journey_is_paused_resumed_and_stopped(laptop: Laptop) -> None:
    assert laptop.done("journeys", "pause", NAME, "--yes", "--wait").endswith(f"{NAME} is paused.\n")
    happens(laptop, "order-paid", "C-1")
    assert len(runs(laptop, "--tile", "paid")) == 1
    assert laptop.done("journeys", "resume", NAME, "--yes", "--wait").endswith("is resumed.\n")
    laptop.clock.time += timedelta(minutes=1)
    laptop.settle()
    assert len(runs(laptop, "--tile", "rest")) == 2
    assert laptop.done("replay", "--all", NAME) == "2 replayed, no difference.\n"
    assert laptop.done("journeys", "stop", NAME, "--yes", "--wait").endswith("is stopping.\n")
    laptop.settle()
    assert runs(laptop) == []
    assert "2 journey_stopped" in laptop.done("journeys", "show", NAME)


def test_what_a_journey_does_not_take_is_refused_with_what_it_takes(laptop: Laptop) -> None:
    refused = laptop.carebus("journeys", "resume", NAME, "--yes")
    assert (refused.exit_code, refused.stderr) == (1, f"{NAME} is live; it takes pause or stop.\n")
    laptop.done("journeys", "stop", NAME, "--yes", "--wait")
    refused = laptop.carebus("journeys", "pause", NAME, "--yes")
    assert refused.stderr == f"{NAME} is stopping; it takes no command.\n"


def test_functions_that_do_nothing_are_waited_for_only_so_long(laptop: Laptop) -> None:
    laptop.asleep = True
    late = laptop.carebus("journeys", "pause", NAME, "--yes", "--wait", "--timeout", "3")
    assert late.exit_code == 1
    assert "look again later" in late.stderr


def test_a_move_tells_who_lands_where_and_moves_only_after_a_yes(laptop: Laptop, tmp_path: Path) -> None:
    edited(laptop, tmp_path)
    preview = laptop.done("journeys", "move", NAME, "--to", "2", "--dry-run").splitlines()
    assert [line.split() for line in preview[1:]] == [["1", "paid", "1", "paid"], ["1", "rest", "1", "rest"]]
    declined = laptop.carebus("journeys", "move", NAME, "--to", "2")
    assert declined.exit_code == 1
    assert "Move 2 to version 2? [y/N]:" in declined.stdout
    assert runs(laptop, "--version", "2") == []
    laptop.done("journeys", "move", NAME, "--to", "2", "--yes")
    laptop.settle()
    assert len(runs(laptop, "--version", "2")) == 2
    assert laptop.done("replay", "--all", NAME) == "2 replayed, no difference.\n"
    assert laptop.done("journeys", "move", NAME, "--to", "2", "--yes") == "Nobody waits in another version than 2.\n"


def test_who_would_stay_is_told_with_the_reason(laptop: Laptop, tmp_path: Path) -> None:
    edited(laptop, tmp_path)
    told = laptop.done("journeys", "move", NAME, "--to", "2", "--place", "paid=again", "--dry-run")
    assert "stays: another_kind" in told
    wrong = laptop.carebus("journeys", "move", NAME, "--to", "2", "--place", "paid=nowhere")
    assert (wrong.exit_code, wrong.stderr.split(":")[0]) == (1, "places.paid")
    assert laptop.carebus("journeys", "move", NAME, "--to", "2", "--place", "paid").exit_code == 2


def tries(laptop: Laptop, *options: str) -> Result:
    attributes = [f"--attribute={each}" for each in ("order=O-7", "contact=C-1", "amount=50", "gift=true")]
    return laptop.carebus("journeys", "test", NAME, "--contact", "C-1", *attributes, "--yes", *options)


def test_a_test_run_writes_to_who_tries_it_out_and_counts_nowhere(laptop: Laptop) -> None:
    before = laptop.done("journeys", "show", NAME)
    tried = tries(laptop, "--to", "C-9", "--wait")
    [address, told] = tried.stdout.splitlines()
    assert address.startswith(f"{NAME}/C-1/")
    assert told == "running at paid; came through paid"
    happens(laptop, "order-paid", "C-1")
    deliveries = json.loads(laptop.done("deliveries", "list", "--contact", "C-1", "--json"))
    assert {delivery["to"] for delivery in deliveries if delivery["run"] == address.split("/")[-1]} == {"+49...99"}
    assert laptop.done("replay", address) == "1 replayed, no difference.\n"
    assert "[2 arrived" in before


def test_a_test_run_is_refused_with_everything_that_is_wrong(laptop: Laptop) -> None:
    refused = tries(laptop, "--to", "nobody", "--attribute", "amount=lots")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "to: there is no contact with this id",
        "attributes.amount: must be a number",
    ]


def test_a_run_is_replayed_by_the_address_that_lists_print(laptop: Laptop) -> None:
    for line in runs(laptop):
        assert laptop.done("replay", line["id"]) == "1 replayed, no difference.\n"
    assert laptop.done("replay", "--all", NAME) == "2 replayed, no difference.\n"


def test_a_replay_names_every_difference(laptop: Laptop) -> None:
    [line] = runs(laptop, "--tile", "rest")
    place = f"{NAME}~C%2F2"
    rows = laptop.rows("runs", place)
    row = rows[f"run:{line['run']}"]
    changed = {**row.data, "state": {**row.data["state"], "path": ["paid"]}}
    asyncio.run(laptop.store.write("runs", place, Upsert(row.key, changed)))
    different = laptop.carebus("replay", "--all", NAME)
    assert (different.exit_code, different.stdout) == (1, "")
    assert different.stderr == f"{line['id']}: the run would stand elsewhere today: path\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["replay", "nonsense"], "nonsense is not journey/contact/run"),
        (["replay", f"{NAME}/C-1/R-1"], f"There is no run {NAME}/C-1/R-1."),
        (["replay", "--all", "nothing"], "There is no journey nothing."),
        (["journeys", "show", "nothing"], "There is no journey nothing."),
        (["journeys", "draw", "nothing"], "There is no journey nothing."),
        (["journeys", "runs", "nothing"], "There is no journey nothing."),
        (["journeys", "stop", "nothing", "--yes"], "There is no journey nothing."),
        (["journeys", "move", "nothing", "--to", "1"], "There is no journey nothing."),
        (["journeys", "test", "nothing", "--contact", "C-1"], "There is no journey nothing."),
        (["journeys", "move", NAME, "--to", "9"], "to_version: there is no such version"),
    ],
)
def test_what_is_not_there_is_named(laptop: Laptop, arguments: list[str], told: str) -> None:
    missing = laptop.carebus(*arguments)
    assert missing.exit_code == 1
    assert missing.stderr.startswith(told)


@pytest.mark.parametrize("arguments", [["replay"], ["replay", "a/b/c", "--all", NAME]])
def test_a_replay_is_of_a_run_or_of_a_journey(arguments: list[str]) -> None:
    assert Laptop().carebus(*arguments).exit_code == 2


def test_triggers_are_listed_with_what_they_carry_and_where_they_are_used(laptop: Laptop) -> None:
    listed = laptop.done("triggers", "list")
    [line] = [line for line in listed.splitlines() if line.startswith("order-placed")]
    assert "amount number, contact reference, gift boolean (optional), order reference" in line
    assert line.endswith(NAME)
    assert json.loads(laptop.done("triggers", "list", "--json"))[0]["used_in"] == [NAME]


def test_a_publication_tells_which_tiles_change(laptop: Laptop, tmp_path: Path) -> None:
    written(tmp_path, "definitions.yaml", DEFINITIONS.partition("\njourney:")[0] + EDITED)
    told = laptop.done("publish", str(tmp_path), "--dry-run", "--diff")
    assert "+again ~rest" in told
    assert "+again" not in laptop.done("publish", str(tmp_path), "--dry-run")
