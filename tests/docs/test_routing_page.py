"""What the page on routing shows can be published as it stands, and it names every reason."""

import re

from shared.agents import fit
from shared.definitions.loader import load
from tests.docs.markdown import ROOT, Document

PAGE = Document(ROOT / "docs" / "routing.md")


def test_the_example_is_valid() -> None:
    [example] = PAGE.blocks("yaml")
    found = load({"example.yaml": example}).of_cases
    assert (set(found["queue"]), set(found["routing"])) == ({"field-service", "first-line"}, {"cases"})


def test_it_names_every_reason_why_somebody_is_passed_over() -> None:
    source = (ROOT / "shared" / "agents" / "fit.py").read_text(encoding="utf-8")
    reasons = set(re.findall(r'return "(\w+)"', source)) - {"not_a_member"}
    assert len(reasons) > 2
    assert fit.misfit.__doc__
    assert {reason for reason in reasons if f"`{reason}`" not in PAGE.text} == set()
