"""What the page on SLAs shows can be published as it stands."""

import pytest

from shared.definitions.loader import load
from shared.definitions.sla import KPI, MOMENTS
from shared.definitions.sla_reader import KINDS
from shared.sla.instance import NEXT
from tests.docs.markdown import ROOT, Document

PAGE = Document(ROOT / "docs" / "slas.md")


def test_the_example_is_a_valid_definition() -> None:
    [example] = PAGE.blocks("yaml")
    calendar = (ROOT / "definitions" / "calendars" / "office-hours.yaml").read_text(encoding="utf-8")
    assert list(load({"example.yaml": example, "calendar.yaml": calendar}).of_cases["sla"]) == ["gold"]


@pytest.mark.parametrize("name", [*NEXT, *KINDS, *(f"kpi.{name}" for name in KPI)])
def test_it_names_every_state_action_and_attribute(name: str) -> None:
    assert f"`{name}" in PAGE.text


def test_it_says_when_actions_happen() -> None:
    assert [moment for moment in MOMENTS[:2] if f"{moment}:" not in PAGE.text] == []
