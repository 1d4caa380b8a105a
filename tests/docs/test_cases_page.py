"""What the page on cases shows holds: its pictures are the tables, its examples are taken."""

import json
import re

from shared.api.case_opening import Opening
from shared.cases.between import MergeInto, TakeLines, TakeOver
from shared.cases.transitions import ALLOWED, REASONS, STATUS_OF
from shared.definitions.loader import load
from tests.docs.markdown import ROOT, Document

PAGE = Document(ROOT / "docs" / "cases.md")


def test_the_picture_of_statuses_is_the_table_of_transitions() -> None:
    picture = PAGE.blocks("mermaid")[0]
    shown = set(re.findall(r"^ +(\w+) --> (\w+): (\w+)$", picture, re.MULTILINE))
    rows = {(STATUS_OF[held], STATUS_OF[to], command) for (held, command), reasons in ALLOWED.items() for to in reasons}
    assert shown == rows


def test_the_status_reasons_are_those_there_are() -> None:
    told = dict(re.findall(r"^\| (\w+) \| (\w+(?:, \w+)+) \|$", PAGE.text, re.MULTILINE))
    assert {status: tuple(reasons.split(", ")) for status, reasons in told.items()} == dict(REASONS)


def test_the_picture_of_a_merge_names_its_messages() -> None:
    picture = PAGE.blocks("mermaid")[1]
    assert all(f": {body.kind}" in picture for body in (MergeInto, TakeOver, TakeLines))


def test_the_case_it_shows_can_be_opened() -> None:
    [example] = PAGE.blocks("json")
    assert Opening(**json.loads(example)).title == "The pump is hot"


def test_the_process_it_shows_is_one() -> None:
    [example] = PAGE.blocks("yaml")
    assert "case-resolution" in load({"process.yaml": example}).of_cases["process"]
