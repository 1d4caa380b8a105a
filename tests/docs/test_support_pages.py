"""What the pages on entitlements and articles show is what the program takes, and the tables are the code's."""

import json
import re

from shared.api.entitlement_commands import Agreement
from shared.channels.language_model import SETTINGS
from shared.entitlements import states
from shared.knowledge import life
from shared.knowledge.markdown_file import read_articles
from tests.docs.markdown import ROOT, Document

ENTITLEMENTS = Document(ROOT / "docs" / "entitlements.md")
KNOWLEDGE = Document(ROOT / "docs" / "knowledge.md")
SUMMARY = Document(ROOT / "docs" / "case-summary.md")


def rows(page: Document) -> list[list[str]]:
    lines = [line for line in page.text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_agreement_is_one() -> None:
    (example,) = ENTITLEMENTS.blocks("json")
    agreed = Agreement(**json.loads(example))
    assert agreed.terms().total == 40 * 60
    assert set(json.loads(example)) == set(Agreement.model_fields)


def test_the_article_is_one() -> None:
    (example,) = KNOWLEDGE.blocks("markdown")
    (article,) = read_articles([("example.md", example.encode())], "kim")
    assert (article.article, article.publish) == ("reset-sensor", True)


def test_the_life_of_an_entitlement_is_the_tables() -> None:
    commands = {"PUT": "put_entitlement", "activate": "activate_entitlement", "cancel": "cancel_entitlement"}
    commands["renew"] = "renew_entitlement"
    shown = {
        (state.strip(), command)
        for held, what, *_ in rows(ENTITLEMENTS)
        for state in held.split(",")
        for word, command in commands.items()
        if state.strip() in states.STATES and word in what
    }
    assert shown == set(states.ALLOWED)


def test_the_life_of_an_article_is_the_tables() -> None:
    shown = {
        (held, step)
        for held, steps, *_ in rows(KNOWLEDGE)
        if held in life.STATES
        for step in re.findall(r"`([a-z-]+)`", steps)
    }
    assert shown == {(state, step) for state, step in life.STEPS if step in life.MOVES}


def test_every_setting_of_the_model_is_shown() -> None:
    assert all(f"`{name}`" in SUMMARY.text for name in SETTINGS)
