"""Journeys as trees, Mermaid and SVG."""

from io import StringIO
from xml.etree import ElementTree

import pytest
from rich.console import Console

from shared.cli.drawing import terminal
from shared.cli.drawing.mermaid import mermaid
from shared.cli.drawing.svg import svg
from shared.cli.drawing.tree import Drawn, tree
from shared.definitions.journey import Journey
from shared.definitions.loader import load
from shared.journeys.analytics import TileNumbers
from tests.unit.api.studio import DEFINITIONS, ORDERS

FORKED = """---
journey: forked
starts_on: order-placed
tiles:
  - id: size
    branch:
      - when: {attribute: trigger.amount, op: gt, value: 100}
        tiles:
          - id: arm
            split:
              - {share: 30, tiles: [{id: soon, wait: {for: PT1H}}]}
              - {share: 70}
          - id: thank
            send_sms: thanks
      - when:
          not:
            any:
              - {attribute: trigger.gift, op: eq, value: true}
              - {attribute: trigger.amount, op: lt, value: 5}
        exit: too-small
    otherwise:
      - id: ask
        create_task: Call <them> & "ask"
        for: {queue: first-line}
        due: P1D
  - id: rest
    wait: {until: 2026-12-24T09:00:00+01:00}
  - exit: enough
"""


def journey(text: str = ORDERS + FORKED) -> Journey:
    [found] = load({"a.yaml": text}).journeys.values()
    return found


def shape(tiles: tuple[Drawn, ...]) -> list[object]:
    return [
        {drawn.tile: {way.name: shape(way.tiles) for way in drawn.ways}} if drawn.ways else drawn.tile
        for drawn in tiles
    ]


def test_where_ways_meet_the_list_goes_on_behind_them() -> None:
    assert shape(tree(journey())) == [
        {
            "size": {
                "1": [{"arm": {"1": ["soon"], "2": []}}, "thank"],
                "2": ["size.2.exit"],
                "otherwise": ["ask"],
            }
        },
        "rest",
        "exit",
    ]


def test_each_tile_is_drawn_once() -> None:
    found = journey()
    lines = list(terminal.lines(tree(found), {}))
    assert sorted(line.strip().split(":")[0] for line in lines if not line.strip().startswith(">")) == sorted(
        found.tiles
    )


def test_a_tree_as_text_says_what_each_tile_does_and_has_come_to() -> None:
    numbers = {
        "paid": TileNumbers("paid", "IfThenTile", 3, 1, 2, 0, {"way:yes": 2}),
        "thank": TileNumbers("thank", "SendTile", 2, 0, 2, 0, {"sent": 1}, {"no_consent": 1}, {"bounced_hard": 1}),
    }
    assert list(terminal.lines(tree(journey(DEFINITIONS)), numbers)) == [
        "paid: if_then order-paid within 1d  [3 arrived, 1 waiting, 2 processed]",
        "  > yes  [2]",
        "    thank: send_sms thanks  "
        "[2 arrived, 2 processed, 1 sent, 1 blocked by no consent, 1 failed by bounced hard]",
        "  > no",
        "    paid.no.exit: exit unpaid",
        "rest: wait 1h",
    ]


def test_a_tree_in_the_terminal_says_the_same_and_takes_no_markup_from_outside() -> None:
    console = Console(width=200, record=True, file=StringIO())
    console.print(terminal.branches("[red]name", tree(journey()), {}))
    shown = console.export_text()
    assert "[red]name" in shown
    assert "thank  send_sms thanks" in shown
    assert 'Call <them> & "ask"' in shown


def test_conditions_and_waits_are_in_words() -> None:
    text = "\n".join(terminal.lines(tree(journey()), {}))
    assert "> trigger.amount gt 100" in text
    assert "> not (trigger.gift eq true or trigger.amount lt 5)" in text
    assert "> 30 %" in text
    assert "rest: wait until 2026-12-24T09:00:00+01:00" in text


def test_mermaid_has_every_tile_and_every_way_by_its_label() -> None:
    found = journey()
    lines = mermaid(found, "order-placed", {}).splitlines()
    assert lines[:2] == ["flowchart TD", '  start(["order-placed"])']
    assert '  t0 -->|"trigger.amount gt 100"| t1' in [line.replace("#gt;", ">") for line in lines]
    assert sum("-->" in line for line in lines) == 1 + 3 + 2 + 1 + 1 + 1 + 1


def test_what_mermaid_would_read_as_its_own_is_text() -> None:
    text = mermaid(journey(), 'a"]; click b "javascript:x"', {})
    assert 'a#quot;]; click b #quot;javascript:x#quot;"])' in text
    assert "Call #lt;them#gt; #amp; #quot;ask#quot;" in text


@pytest.mark.parametrize("text", [ORDERS + FORKED, DEFINITIONS])
def test_an_svg_is_well_formed_and_has_every_tile_within_its_frame(text: str) -> None:
    found = journey(text)
    root = ElementTree.fromstring(svg("<a> & b", "order-placed", tree(found), {}))  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "<a> & b"
    names = [each.text for each in root.iter(f"{space}text") if each.get("class") == "name"]
    assert set(found.tiles) <= set(names)
    assert len(names) == len(set(names))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for x, y, wide, high in placed(root, 12, 12):
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + high <= height


def test_no_two_tiles_of_an_svg_lie_upon_each_other() -> None:
    root = ElementTree.fromstring(svg("a", "b", tree(journey()), {}))  # noqa: S314 - our own
    boxes = [
        box for box in placed(root, 12, 12) if box[2:] != (float(root.attrib["width"]), float(root.attrib["height"]))
    ]
    for number, (x, y, wide, high) in enumerate(boxes):
        for other_x, other_y, other_wide, other_high in boxes[number + 1 :]:
            apart = x + wide <= other_x or other_x + other_wide <= x or y + high <= other_y or other_y + other_high <= y
            assert apart


def placed(element: ElementTree.Element, x: float, y: float) -> list[tuple[float, float, float, float]]:
    """Return x, y, width and height of every rectangle, moved as its groups are."""
    found = []
    for child in element:
        at_x, at_y = x, y
        if moved := child.get("transform"):
            by_x, by_y = moved.removeprefix("translate(").removesuffix(")").split()
            at_x, at_y = x + float(by_x), y + float(by_y)
        if child.tag.endswith("rect"):
            at_x, at_y = at_x + float(child.get("x", 0)), at_y + float(child.get("y", 0))
            found.append((at_x, at_y, float(child.attrib["width"]), float(child.attrib["height"])))
        found += placed(child, at_x, at_y)
    return found
