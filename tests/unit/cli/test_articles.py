"""`carebus articles`."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.laptop import Laptop, written

RESET = """---
id: reset-sensor
title: Resetting the pressure sensor
language: en
keywords: [calibration]
product: pump
---
Hold the **button** for ten seconds.
"""
INVOICE = "---\nid: invoice\ntitle: Where is my invoice?\nlanguage: en\n---\nIt comes by e-mail.\n"
GERMAN = "---\nid: sensor-de\ntitle: Sensor\nlanguage: de\nstate: draft\ntranslation_of: reset-sensor\n---\nTaste.\n"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    laptop = Laptop()
    files = [written(tmp_path, f"{n}.md", text) for n, text in enumerate((RESET, INVOICE, GERMAN))]
    assert laptop.done("articles", "import", *files, "--wait") == "3 articles imported.\n"
    return laptop


def test_articles_are_listed_by_state_and_language(laptop: Laptop) -> None:
    def ids(*options: str) -> list[str]:
        return [each["id"] for each in json.loads(laptop.done("articles", "list", *options, "--json"))]

    assert ids() == ["invoice", "reset-sensor", "sensor-de"]
    assert ids("--state", "published") == ["invoice", "reset-sensor"]
    assert ids("--language", "de") == ["sensor-de"]
    assert laptop.done("articles", "list", "--state", "archived") == "No articles.\n"
    assert "Where is my invoice?" in laptop.done("articles", "list")


def test_a_search_shows_the_best_first_with_what_was_found(laptop: Laptop) -> None:
    lines = laptop.done("articles", "search", "button", "seconds").splitlines()
    assert "reset-sensor" in lines[1]
    assert "Hold the [button] for ten [seconds]." in lines[1]
    assert len(lines) == 2


def test_a_search_says_where_only_some_words_were_found(laptop: Laptop) -> None:
    told = laptop.done("articles", "search", "invoice", "zeppelin").splitlines()
    assert told[0] == "None has all of the words; these have some:"
    assert laptop.done("articles", "search", "zeppelin") == "Nothing found.\n"


def test_a_search_is_narrowed_and_told_as_json(laptop: Laptop) -> None:
    found = json.loads(laptop.done("articles", "search", "sensor", "--product", "pump", "--language", "en", "--json"))
    assert (found["total"], found["items"][0]["article"]) == (1, "reset-sensor")


def test_more_than_was_asked_for_is_counted(laptop: Laptop) -> None:
    told = laptop.done("articles", "search", "sensor", "invoice", "--limit", "1")
    assert told.endswith("1 of 2; --limit shows more.\n")


def test_a_search_for_nothing_is_told(laptop: Laptop) -> None:
    refused = laptop.carebus("articles", "search", "***")
    assert (refused.exit_code, refused.stderr) == (1, "There is no word to look for.\n")


def test_an_article_is_shown_with_its_editions_and_translations(laptop: Laptop) -> None:
    told = laptop.done("articles", "show", "reset-sensor")
    assert "calibration" in told
    assert "de sensor-de" in told
    assert told.endswith("Hold the **button** for ten seconds.\n")
    shown = json.loads(laptop.done("articles", "show", "reset-sensor", "--json"))
    assert ([each["n"] for each in shown["editions"]], shown["state"]) == ([1], "published")
    assert "It was never published." in laptop.done("articles", "show", "sensor-de")


def test_one_that_is_not_there_is_told(laptop: Laptop) -> None:
    refused = laptop.carebus("articles", "show", "A-9")
    assert (refused.exit_code, refused.stderr) == (1, "There is no article A-9.\n")


def test_a_file_that_comes_again_makes_no_edition(laptop: Laptop, tmp_path: Path) -> None:
    laptop.done("articles", "import", written(tmp_path, "0.md", RESET), "--wait")
    laptop.done("articles", "import", written(tmp_path, "1.md", INVOICE + "Or by letter.\n"), "--wait")
    editions = {each["id"]: each["edition"] for each in json.loads(laptop.done("articles", "list", "--json"))}
    assert editions == {"reset-sensor": 1, "invoice": 2, "sensor-de": 0}


def test_one_wrong_file_stops_all_and_names_the_line(tmp_path: Path) -> None:
    laptop = Laptop()
    good, bad = written(tmp_path, "a.md", RESET), written(tmp_path, "b.md", "---\nid: x\nlanguage: en\n---\n")
    refused = laptop.carebus("articles", "import", good, bad)
    assert (refused.exit_code, refused.stderr) == (1, f"{bad}:2: `title` is missing\n")
    assert laptop.bus.queues == {}


def test_a_refusal_is_told_by_the_articles_id(laptop: Laptop, tmp_path: Path) -> None:
    file = written(tmp_path, "c.md", RESET.replace("---\nHold", "translation_of: invoice\n---\nHold"))
    refused = laptop.carebus("articles", "import", file, "--wait")
    assert refused.exit_code == 1
    assert refused.stderr.endswith("reset-sensor: refused, another_original\n")
