"""A journey as SVG: each list of tiles from top to bottom, the ways of a tile side by side above where they meet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from shared.cli.drawing.tree import Drawn, Way
from shared.cli.drawing.words import flow, way_flow
from shared.cli.output import legible
from shared.journeys.analytics import TileNumbers

LETTER = 7.2
"""Width that a character of the text takes at most, in px."""
LINE = 18
PAD = 12
GAP = 44
"""Between two tiles, with room for the label of a way."""
BESIDE = 24
STYLE = (
    "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1f2937;text-anchor:middle}"
    ".name{font-weight:bold}.way{fill:#4b5563}rect{fill:#f8fafc;stroke:#64748b}"
    ".start{fill:#e0f2fe}.exit{fill:#fee2e2}.choice{fill:#fef9c3}path{fill:none;stroke:#64748b}"
)


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of the picture: its size, where it is entered and left on its own x axis, and what it draws."""

    width: float
    height: float
    middle: float
    ends: bool
    """Nobody comes out below."""
    parts: tuple[str, ...]


def svg(title: str, start: str, tiles: tuple[Drawn, ...], numbers: Mapping[str, TileNumbers]) -> str:
    """Return the picture of a journey; of tiles without numbers none are shown."""
    first = _card([start], "start", ends=False)
    rest = _sequence(tiles, numbers)
    end = [] if rest.ends else [_card(["end"], "start", ends=True)]
    whole = _stacked([first, *([rest] if tiles else []), *end])
    width, height = whole.width + 2 * PAD, whole.height + 2 * PAD
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="{-PAD} {-PAD} {width:g} {height:g}" role="img"><title>{_text(title)}</title><style>{STYLE}</style>'
    )
    ground = f'<rect x="{-PAD}" y="{-PAD}" width="{width:g}" height="{height:g}" style="fill:#fff;stroke:none"/>'
    return "\n".join([head, ground, *whole.parts, "</svg>"]) + "\n"


def _sequence(tiles: tuple[Drawn, ...], numbers: Mapping[str, TileNumbers]) -> Box:
    return _stacked([_tile(tile, numbers) for tile in tiles])


def _tile(drawn: Drawn, numbers: Mapping[str, TileNumbers]) -> Box:
    own = numbers.get(drawn.tile)
    lines = [drawn.tile, drawn.what, *([told] if own and (told := flow(own)) else [])]
    kind = "exit" if drawn.is_exit else "choice" if drawn.ways else ""
    card = _card(lines, kind, ends=drawn.is_exit)
    return _forked(card, [_way(way, own, numbers) for way in drawn.ways]) if drawn.ways else card


def _way(way: Way, own: TileNumbers | None, numbers: Mapping[str, TileNumbers]) -> Box:
    """Put the way's label above its tiles."""
    taken = way_flow(own, way.name) if own else ""
    label = f"{way.label}: {taken}" if taken else way.label
    inside = _sequence(way.tiles, numbers)
    width = max(inside.width, len(label) * LETTER)
    shift = (width - inside.width) / 2
    middle = inside.middle + shift
    text = f'<text class="way" x="{middle:g}" y="{LINE - 4}">{_text(label)}</text>'
    parts = (text, *_moved(inside.parts, shift, LINE + GAP / 2))
    lead = [_line(middle, LINE, middle, LINE + GAP / 2)] if inside.height else []
    return Box(width, LINE + (GAP / 2 + inside.height if inside.height else 0), middle, way.ends, (*lead, *parts))


def _forked(card: Box, ways: list[Box]) -> Box:
    """Put the ways side by side below a tile, and lead those together that do not end."""
    fan = sum(way.width for way in ways) + BESIDE * (len(ways) - 1)
    width = max(fan, card.width)
    middle, top = width / 2, card.height + GAP
    height = top + max(way.height for way in ways)
    parts = list(_moved(card.parts, middle - card.middle, 0))
    x = (width - fan) / 2
    for way in ways:
        parts += [_curve(middle, card.height, x + way.middle, top), *_moved(way.parts, x, top)]
        if not way.ends:
            out = x + way.middle
            parts += [_line(out, top + way.height, out, height), _curve(out, height, middle, height + GAP)]
        x += way.width + BESIDE
    ends = all(way.ends for way in ways)
    return Box(width, height if ends else height + GAP, middle, ends, tuple(parts))


def _stacked(boxes: list[Box]) -> Box:
    if not boxes:
        return Box(0, 0, 0, ends=False, parts=())
    left, right = max(box.middle for box in boxes), max(box.width - box.middle for box in boxes)
    parts: list[str] = []
    y = 0.0
    for number, box in enumerate(boxes):
        parts += _moved(box.parts, left - box.middle, y)
        y += box.height
        if number + 1 < len(boxes):
            parts.append(_line(left, y, left, y + GAP))
            y += GAP
    return Box(left + right, y, left, boxes[-1].ends, tuple(parts))


def _card(lines: list[str], kind: str, *, ends: bool) -> Box:
    width = max(len(line) for line in lines) * LETTER + 2 * PAD
    height = len(lines) * LINE + PAD
    shape = f'<rect class="{kind}" width="{width:g}" height="{height:g}" rx="6"/>'
    return Box(width, height, width / 2, ends, (shape, *_lettering(lines, width / 2)))


def _lettering(lines: list[str], x: float) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        style = ' class="name"' if number == 1 else ""
        yield f'<text{style} x="{x:g}" y="{number * LINE}">{_text(line)}</text>'


def _moved(parts: tuple[str, ...], x: float, y: float) -> Iterator[str]:
    if parts:
        yield f'<g transform="translate({x:g} {y:g})">'
        yield from parts
        yield "</g>"


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/>'


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    half = (y1 + y2) / 2
    return f'<path d="M{x1:g} {y1:g}C{x1:g} {half:g} {x2:g} {half:g} {x2:g} {y2:g}"/>'


def _text(text: str) -> str:
    return escape(legible(text))
