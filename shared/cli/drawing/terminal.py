"""A journey as a tree in the terminal; as indented lines where nobody looks."""

from collections.abc import Iterator, Mapping

from rich.markup import escape
from rich.tree import Tree

from shared.cli.drawing.tree import Drawn
from shared.cli.drawing.words import flow, way_flow
from shared.cli.output import legible
from shared.journeys.analytics import TileNumbers


def branches(title: str, tiles: tuple[Drawn, ...], numbers: Mapping[str, TileNumbers]) -> Tree:
    """Return the tree as rich draws it."""
    root = Tree(_markup(title, ""))
    _grow(root, tiles, numbers)
    return root


def lines(tiles: tuple[Drawn, ...], numbers: Mapping[str, TileNumbers], depth: int = 0) -> Iterator[str]:
    """Yield the tree as text: a tile a line, the tiles of a way below it and further in."""
    for drawn in tiles:
        own = numbers.get(drawn.tile)
        told = flow(own) if own else ""
        yield legible("  " * depth + f"{drawn.tile}: {drawn.what}" + (f"  [{told}]" if told else ""))
        for way in drawn.ways:
            taken = way_flow(own, way.name) if own else ""
            yield legible("  " * (depth + 1) + f"> {way.label}" + (f"  [{taken}]" if taken else ""))
            yield from lines(way.tiles, numbers, depth + 2)


def _grow(root: Tree, tiles: tuple[Drawn, ...], numbers: Mapping[str, TileNumbers]) -> None:
    for drawn in tiles:
        own = numbers.get(drawn.tile)
        node = root.add(_markup(f"{drawn.tile}  ", drawn.what, flow(own) if own else ""))
        for way in drawn.ways:
            taken = way_flow(own, way.name) if own else ""
            _grow(node.add(f"[italic]{escape(legible(way.label))}[/] [cyan]{taken}[/]"), way.tiles, numbers)


def _markup(name: str, what: str, told: str = "") -> str:
    shown = f"[bold]{escape(legible(name))}[/]{escape(legible(what))}"
    return f"{shown}  [cyan]{escape(told)}[/]" if told else shown
