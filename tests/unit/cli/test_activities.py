"""`carebus activities`."""

import asyncio
import json

import pytest

from shared.intake.door import MAIL
from shared.runtime.store import Delete
from tests.unit.cli.laptop import Laptop, written
from tests.unit.intake.desk import TEMPLATES, raw, rules


@pytest.fixture
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """A laptop with a mail of somebody unknown, and one of a program."""
    laptop, folder = Laptop(), tmp_path_factory.mktemp("definitions")
    written(folder, "all.yaml", f"{TEMPLATES}\n---\n{rules('hold')}")
    laptop.done("publish", str(folder), "--wait")
    for content in (raw(from_="Bob <bob@example.net>"), raw(auto_submitted="auto-replied")):
        asyncio.run(laptop.services.intake.take({"content-type": MAIL}, content))
    laptop.settle()
    return laptop


def ids(laptop: Laptop, *options: str) -> list[str]:
    return [line["id"] for line in json.loads(laptop.done("activities", "list", *options, "--json"))]


def test_what_is_held_and_what_was_ignored_are_listed_with_their_reasons(laptop: Laptop) -> None:
    assert "unknown_sender" in laptop.done("activities", "list")
    assert "automatic_mail" in laptop.done("activities", "list", "--ignored")
    assert len(ids(laptop)) == len(ids(laptop, "--ignored")) == 1
    assert Laptop().done("activities", "list") == "No messages.\n"
    assert ids(laptop, "--waiting") == []
    assert laptop.carebus("activities", "list", "--waiting", "--ignored").exit_code == 2


def test_a_message_is_shown_whole(laptop: Laptop) -> None:
    [held] = ids(laptop)
    shown = laptop.done("activities", "show", held)
    assert "Bob bob@example.net" in shown
    assert "It does not heat." in shown
    assert json.loads(laptop.done("activities", "show", held, "--json"))["reason"] == "unknown_sender"
    assert laptop.carebus("activities", "show", "X-Y").exit_code == 1


def test_it_is_released_after_a_yes(laptop: Laptop) -> None:
    [held] = ids(laptop)
    declined = laptop.carebus("activities", "release", held)
    assert declined.exit_code == 1
    assert "Let it go on? [y/N]:" in declined.stdout
    assert declined.stderr.endswith("Nothing was changed: nobody answered. Where nobody can, add --yes.\n")
    assert laptop.done("activities", "release", held, "--yes", "--wait", "--by", "kim").endswith("It is released.\n")
    assert ids(laptop) == []
    laptop.settle()
    told = json.loads(laptop.done("activities", "show", held, "--json"))
    assert (told["state"], bool(told["number"])) == ("done", True)
    again = laptop.carebus("activities", "release", held, "--yes")
    assert again.exit_code == 1
    assert "what is held, ignored or has waited for an hour is released" in again.stderr


def test_it_is_ignored_for_good_or_refused_with_the_reason(laptop: Laptop) -> None:
    [held] = ids(laptop)
    assert laptop.carebus("activities", "release", held, "--ignore", "--case", "K").exit_code == 2
    refused = laptop.carebus("activities", "release", held, "--contact", "C-9", "--yes", "--wait")
    assert "The message was not released (not_found). There is no such contact or case." in refused.stderr
    laptop.done("activities", "release", held, "--ignore", "--yes", "--wait")
    assert held in ids(laptop, "--ignored")


def test_lists_that_were_lost_are_made_anew(laptop: Laptop) -> None:
    before = ids(laptop), ids(laptop, "--ignored")
    for partition in laptop.store.partitions("views"):
        for key in laptop.rows("views", partition):
            asyncio.run(laptop.store.write("views", partition, Delete(key)))
    assert ids(laptop) == []
    laptop.done("views", "rebuild", "--kind", "activities")
    assert (ids(laptop), ids(laptop, "--ignored")) == before
