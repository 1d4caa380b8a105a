"""Every message of the system, found where it is handled, and arbitrary ones of each."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from types import NoneType, UnionType
from typing import Any, NoReturn, TypeAliasType, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from pydantic import AwareDatetime

from shared import bootstrap
from shared.runtime.clock import SystemClock
from shared.runtime.handler import AnyHandler
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.settings import Settings
from tests.unit.pages.world import ENVIRONMENT

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
VALUES = st.dictionaries(st.text(max_size=5), st.none() | st.integers(-9, 9) | st.text(max_size=5), max_size=3)
MOMENTS = st.timedeltas(timedelta(), timedelta(days=90)).map(lambda since: NOON + since)
SIMPLE: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=10),
    int: st.integers(-(2**40), 2**40),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    NoneType: st.none(),
    AwareDatetime: MOMENTS,
    datetime: MOMENTS,
    date: st.dates(),
}


async def nobody(_call: object) -> NoReturn:
    raise AssertionError("no provider is asked")


def all_handlers() -> Mapping[str, AnyHandler]:
    """Return the one dict, over a store and a bus that are never asked."""
    clock = SystemClock()
    return bootstrap.compose(Settings.read(ENVIRONMENT), MemoryStore(), MemoryBus(clock), clock, nobody).handlers


BODIES: tuple[type[Any], ...] = tuple(handler.body for handler in all_handlers().values())


def body_of(body_type: type[Any]) -> st.SearchStrategy[Any]:
    """Return arbitrary messages of the type."""
    hints = get_type_hints(body_type)
    return st.builds(body_type, **{field.name: _of(hints[field.name]) for field in fields(body_type)})


def _of(hint: Any) -> st.SearchStrategy[Any]:
    if hint in SIMPLE:
        return SIMPLE[hint]
    if isinstance(hint, TypeAliasType):
        return _of(hint.__value__)
    if isinstance(hint, UnionType):
        return st.one_of(*map(_of, get_args(hint)))
    if get_origin(hint) is Mapping:
        inner = get_args(hint)[1]
        return VALUES if inner is Any else st.dictionaries(st.text(max_size=5), _of(inner), max_size=3)
    if get_origin(hint) is tuple:
        return st.lists(_of(get_args(hint)[0]), max_size=3).map(tuple)
    return body_of(hint)
