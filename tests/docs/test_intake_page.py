"""What the page on intake shows can be published as it stands, and it names what there is."""

from shared.definitions.intake import COLUMNS, FIELDS, Intake
from shared.definitions.loader import load, read_tree
from shared.intake.automatic import KINDS
from tests.docs.markdown import ROOT, Document

PAGE = Document(ROOT / "docs" / "intake.md")


def test_the_example_is_a_valid_definition() -> None:
    [example] = PAGE.blocks("yaml")
    template = read_tree(ROOT / "definitions", examples=True)["examples/templates/request-received.yaml"]
    intake = load({"example.yaml": example, "template.yaml": template}).of_cases["intake"]["email"]
    assert isinstance(intake, Intake)
    assert [rule.name for rule in intake.rules] == ["robots", "replies", "lawyers", "vip", "requests"]


def test_it_names_every_column_field_and_kind() -> None:
    columns = {name for columns in COLUMNS.values() for name in columns}
    assert [name for name in sorted(columns) if f"`{name}`" not in PAGE.text] == []
    assert [name for name in (*FIELDS, *KINDS) if name not in PAGE.text] == []
