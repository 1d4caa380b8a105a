"""What the page on calendars shows can be published as it stands."""

from shared.definitions.loader import load
from tests.docs.markdown import ROOT, Document

PAGE = Document(ROOT / "docs" / "calendars.md")


def test_the_example_is_a_valid_definition() -> None:
    [example] = PAGE.blocks("yaml")
    assert list(load({"example.yaml": example}).calendars) == ["service-desk"]


def test_it_names_every_function_for_business_time() -> None:
    assert [name for name in ("opens_at", "add", "measure", "TooFar") if name not in PAGE.text] == []
