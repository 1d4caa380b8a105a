"""What has certainly run before a tile is what lies on every path to it."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.definitions import outline
from shared.definitions.node import of_plain
from shared.definitions.outline import Outline
from shared.definitions.reader import Reader

MOST_PATHS = 300


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    tiles = st.lists(inner, min_size=1, max_size=3)
    case = st.one_of(st.just({"when": {}, "exit": "over"}), tiles.map(lambda each: {"when": {}, "tiles": each}))
    cases = st.fixed_dictionaries({"branch": st.lists(case, min_size=1, max_size=3)}, optional={"otherwise": tiles})
    return st.one_of(cases, st.fixed_dictionaries({}, optional={"yes": tiles, "no": tiles}).map(_if_then))


def _if_then(arms: dict[str, Any]) -> dict[str, Any]:
    return {"if_then": arms}


LEAVES = st.sampled_from([{"send_sms": "hello"}, {"send_email": "letter"}, {"exit": "over"}])
TILES = st.lists(st.recursive(LEAVES, _nested, max_leaves=8), min_size=1, max_size=4)


def with_ids(value: Any, numbers: Iterator[int]) -> Any:
    """The tiles, each with an id of its own."""
    if isinstance(value, list):
        return [with_ids(item, numbers) for item in value]
    if not isinstance(value, dict):
        return value
    named = {"id": f"t{next(numbers)}"} if outline.TILES.keys() & value.keys() and "when" not in value else {}
    return named | {key: with_ids(item, numbers) for key, item in value.items()}


def paths(outlined: Outline) -> list[tuple[str, ...]]:
    """Every way from the first tile to any other, itself included."""
    exits = {step.id: [following for following in step.exits.values() if following] for step in outlined.steps}
    found: list[tuple[str, ...]] = [(outlined.steps[0].id,)]
    for path in found:
        found += [(*path, following) for following in exits[path[-1]] if len(found) < MOST_PATHS]
    return found


@given(TILES)
def test_what_has_certainly_run_is_on_every_path(tiles: list[Any]) -> None:
    outlined = outline.parse(of_plain(with_ids(tiles, count())), Reader("x.yaml"))
    ways = paths(outlined)
    assume(len(ways) < MOST_PATHS)
    expected: dict[str, frozenset[str]] = {}
    for *before, tile in ways:
        expected[tile] = expected.get(tile, frozenset(before)) & frozenset(before)
    assert expected == outlined.before


@given(TILES)
def test_every_tile_stands_behind_those_that_lead_to_it(tiles: list[Any]) -> None:
    steps = outline.parse(of_plain(with_ids(tiles, count())), Reader("x.yaml")).steps
    order = {step.id: place for place, step in enumerate(steps)}
    assert len(order) == len(steps)
    assert all(order[step.id] < order[following] for step in steps for following in step.exits.values() if following)
