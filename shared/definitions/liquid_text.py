"""Liquid as our templates use it: one text in, nothing but its values in sight.

Imported only where a template is checked or rendered: Liquid costs 29 ms, which most functions never need.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.builtin.filters.misc import date
from liquid.exceptions import FilterArgumentError, LiquidError, UndefinedError
from liquid.filter import with_environment
from liquid.static_analysis import Segments

FOREIGN_TAGS = ("include", "render")
FILTER_ERRORS = (LiquidError, ArithmeticError, LookupError, TypeError, ValueError)
"""Filters let Python's own errors through, for example `base64_decode` and `date` of a very large number."""


class RenderFault(Exception):
    """Why one text cannot be rendered."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason


def render(text: str, values: Mapping[str, object], *, html: bool) -> str:
    """The text with its values; RenderFault with line and reason, and never a value, if that cannot be."""
    template = _compiled(text, html=html)
    try:
        return template.render(values)
    except UndefinedError as error:
        missing = sorted(path for path in tokens(text) if not _found(path, values))
        raise RenderFault(_line(error), f"undefined: {', '.join(missing)}") from None
    except FILTER_ERRORS as error:
        raise RenderFault(_line(error), type(error).__name__) from None


@lru_cache(maxsize=256)
def tokens(text: str) -> frozenset[str]:
    """The dotted paths it needs from outside; one with a computed part has brackets."""
    analysis = _compiled(text, html=False).analyze()
    return frozenset(_path(variable.segments) for uses in analysis.globals.values() for variable in uses)


def faults(text: str) -> Iterator[tuple[int, str]]:
    """(line, reason) of what is wrong with the text itself, its first line being 1."""
    try:
        analysis = _compiled(text, html=False).analyze()
    except LiquidError as error:
        yield _line(error), f"not Liquid: {error.args[0]}"
        return
    for name, spans in analysis.filters.items():
        if name not in _environment(html=False).filters:
            yield text.count("\n", 0, spans[0].index) + 1, f"unknown filter `{name}`"
    for variable in chain.from_iterable(analysis.globals.values()):
        if not all(isinstance(segment, str) for segment in variable.segments):
            line = text.count("\n", 0, variable.span.index) + 1
            yield line, f"`{variable}` is not a path of plain names"


@cache
def _environment(*, html: bool) -> Environment:
    """No text of other templates, no way around the escaping, and no clock: a repeated send has the same bytes."""
    environment = Environment(undefined=StrictUndefined, autoescape=html)
    for tag in FOREIGN_TAGS:
        del environment.tags[tag]
    del environment.filters["safe"]
    environment.add_filter("date", _date)
    return environment


@lru_cache(maxsize=1024)
def _compiled(text: str, *, html: bool) -> BoundTemplate:
    return _environment(html=html).from_string(text)


@with_environment
def _date(value: object, form: str, *, environment: Environment) -> str:
    if value in ("now", "today"):
        raise FilterArgumentError("a template has no clock", token=None)
    return str(date(value, form, environment=environment))


def _path(segments: Segments) -> str:
    return ".".join(segment if isinstance(segment, str) else f"[{segment}]" for segment in segments)


def _found(path: str, values: object) -> bool:
    for name in path.split("."):
        if not isinstance(values, Mapping) or name not in values:
            return False
        values = values[name]
    return True


def _line(error: Exception) -> int:
    context = error.context() if isinstance(error, LiquidError) else None
    return context[0] if context else 1
