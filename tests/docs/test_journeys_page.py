"""What the page on journeys shows can be published as it stands."""

import re
from pathlib import Path

from shared.cli.drawing.mermaid import mermaid
from shared.definitions.loader import load, read_tree

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "journeys.md"


def test_the_examples_are_valid_definitions() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    texts = {f"example-{number}.yaml": text for number, text in enumerate(examples)}
    for name in ("triggers/cases.yaml", "triggers/interactions.yaml", "calendars/office-hours.yaml"):
        texts[name] = (ROOT / "definitions" / name).read_text(encoding="utf-8")
    documents = load(texts)
    assert list(documents.journeys) == ["critical-device-error", "after-a-repair"]
    assert list(documents.templates) == ["ticket-opened", "how-was-it"]
    assert "iot-device-malfunction" in documents.triggers


def test_the_picture_is_what_the_command_draws() -> None:
    journey = load(read_tree(ROOT / "definitions")).journeys["critical-device-error"]
    [picture] = re.findall(r"```mermaid\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert picture == mermaid(journey, journey.starts_on, {})


def test_every_operator_is_named() -> None:
    from shared.definitions.operators import OPERATORS

    text = PAGE.read_text(encoding="utf-8")
    assert not [name for name in OPERATORS if f"`{name}`" not in text]


def test_every_tile_and_every_key_of_a_journey_is_in_a_table() -> None:
    from shared.definitions.journey_reader import OPTIONAL
    from shared.definitions.outline import TILES

    text = PAGE.read_text(encoding="utf-8")
    assert not [name for name in (*TILES, *OPTIONAL) if f"`{name}:" not in text]


def test_every_example_is_named() -> None:
    text = PAGE.read_text(encoding="utf-8")
    journeys = (ROOT / "definitions" / "examples" / "journeys").glob("*.yaml")
    assert not [path.stem for path in journeys if f"| `{path.stem}` |" not in text]
