"""A journey as Mermaid text, which GitHub, GitLab and many wikis draw."""

from collections.abc import Iterator, Mapping

from shared.cli.drawing.words import flow, way_flow, way_words, words
from shared.cli.output import legible
from shared.definitions.journey import Journey
from shared.definitions.tiles import ExitTile, ways_of
from shared.journeys.analytics import TileNumbers

END = "done"


def mermaid(journey: Journey, start: str, numbers: Mapping[str, TileNumbers]) -> str:
    """Return a flowchart of the journey; of tiles without numbers none are shown."""
    return "\n".join(["flowchart TD", *(f"  {line}" for line in _lines(journey, start, numbers))]) + "\n"


def _lines(journey: Journey, start: str, numbers: Mapping[str, TileNumbers]) -> Iterator[str]:
    names = {tile: f"t{number}" for number, tile in enumerate(journey.tiles)}
    yield f'start(["{_text(start)}"])'
    for tile, definition in journey.tiles.items():
        told = [tile, words(definition), *([flow(numbers[tile])] if tile in numbers else [])]
        text = "<br/>".join(_text(line) for line in told if line)
        opened, closed = ("([", "])") if isinstance(definition, ExitTile) else ("[", "]")
        if len(ways_of(definition)) > 1:
            opened, closed = "{{", "}}"
        yield f'{names[tile]}{opened}"{text}"{closed}'
    yield f'{END}(["end"])'
    yield f"start --> {_name(names, journey.first)}"
    for tile, definition in journey.tiles.items():
        for (name, label), following in zip(way_words(definition), ways_of(definition), strict=False):
            taken = way_flow(numbers[tile], name) if tile in numbers else ""
            said = _text(f"{label}: {taken}" if taken else label)
            arrow = f'-->|"{said}"|' if said else "-->"
            yield f"{names[tile]} {arrow} {_name(names, following)}"


def _name(names: Mapping[str, str], tile: str | None) -> str:
    return END if tile is None else names[tile]


def _text(text: str) -> str:
    """Return text as Mermaid takes it inside quotes: by its own entities."""
    entities = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "&": "#amp;"}
    return "".join(entities.get(character, character) for character in legible(text))
