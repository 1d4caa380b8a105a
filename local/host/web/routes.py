"""Route templates, read and ranked as ASP.NET Core does (learn.microsoft.com/aspnet/core/fundamentals/routing)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

from local.host.errors import ConfigError
from local.host.web.constraints import Check, constraint

_PARAMETER = re.compile(
    r"\{(?P<stars>\*{0,2})(?P<name>\w+)(?P<constraints>(?::[^:{}=?]+)*)(?P<optional>\?)?(?:=(?P<default>[^{}]*))?\}"
)
_RESERVED = ("admin", "runtime")  # the host's own paths, in Azure too


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two slashes of a template: literal text, a parameter, or a mix of both."""

    pattern: re.Pattern[str]
    checks: dict[str, tuple[Check, ...]]
    default: str | None
    optional: bool
    rest: bool
    rank: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The segment that the text stands for; ConfigError where it is no valid one."""
        parameters = list(_PARAMETER.finditer(text))
        literals = _PARAMETER.split(text)[:: _PARAMETER.groups + 1]
        if any(mark in literal for literal in literals for mark in "{}*?"):
            raise ConfigError(f"the segment {text!r} cannot be read")
        whole = parameters[0] if len(parameters) == 1 and text == parameters[0][0] else None
        checks = {
            parameter["name"]: tuple(constraint(part) for part in parameter["constraints"].split(":")[1:])
            for parameter in parameters
        }
        rest = bool(whole and whole["stars"])
        return cls(
            pattern=_pattern(literals, [parameter["name"] for parameter in parameters]),
            checks=checks,
            default=whole["default"] if whole else None,
            optional=bool(whole and (whole["optional"] or whole["default"] is not None or rest)),
            rest=rest,
            rank=_rank(checks, whole=bool(whole), rest=rest),
        )

    def match(self, value: str) -> dict[str, str] | None:
        """The parameters' values, or None where the value does not fit."""
        found = self.pattern.fullmatch(value)
        if found is None:
            return None
        values = found.groupdict()
        fits = all(check(values[name]) for name, checks in self.checks.items() for check in checks)
        return values if fits else None

    def absent(self) -> dict[str, str]:
        """The parameters' values where the path ends before this segment."""
        return {} if self.default is None else dict.fromkeys(self.checks, self.default)


@dataclass(frozen=True, slots=True)
class Template:
    """A route such as `api/cases/{id:int}/{*rest}`."""

    text: str
    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The template that the text stands for; ConfigError says what is wrong with it."""
        parts = [part for part in text.split("/") if part]
        try:
            segments = tuple(Segment.parse(part) for part in parts)
        except ConfigError as error:
            raise ConfigError(f"the route {text!r}: {error}") from error
        if any(segment.rest for segment in segments[:-1]):
            raise ConfigError(f"the route {text!r}: nothing may follow a catch-all")
        if parts and parts[0].lower() in _RESERVED:
            raise ConfigError(f"the route {text!r}: /{parts[0]} belongs to the host")
        return cls("/".join(parts), segments)

    @property
    def precedence(self) -> tuple[int, ...]:
        """Lower is more specific: literal, constrained parameter, parameter, catch-all; left to right."""
        return tuple(segment.rank for segment in self.segments)

    def match(self, path: Sequence[str]) -> dict[str, str] | None:
        """The route parameters of a path, given as its decoded segments, or None where it is another route's."""
        values: dict[str, str] = {}
        for index, segment in enumerate(self.segments):
            if index >= len(path):
                if not segment.optional:
                    return None
                values |= segment.absent()
                continue
            found = segment.match("/".join(path[index:]) if segment.rest else path[index])
            if found is None:
                return None
            values |= found
            if segment.rest:
                return values
        return values if len(path) <= len(self.segments) else None


@dataclass(frozen=True, slots=True)
class Route[Target]:
    """Where requests with one of the methods, all if none is named, and a path of the template go."""

    template: Template
    methods: frozenset[str]
    target: Target


@dataclass(frozen=True, slots=True)
class MethodNotAllowed:
    """The path is a route's, the method is not; `allowed` are those that would be."""

    allowed: frozenset[str]


class RouteTable[Target]:
    """All routes of an app, most specific first; an earlier one wins among equals."""

    def __init__(self, routes: Iterable[Route[Target]]) -> None:
        self._routes = sorted(routes, key=lambda route: route.template.precedence)

    def find(self, method: str, raw_path: str) -> tuple[Target, dict[str, str]] | MethodNotAllowed | None:
        """The target of a request with its route parameters; None where no route has that path."""
        path = split_path(raw_path)
        allowed: frozenset[str] = frozenset()
        for route in self._routes:
            values = route.template.match(path)
            if values is None:
                continue
            if not route.methods or method in route.methods:
                return route.target, values
            allowed |= route.methods
        return MethodNotAllowed(allowed) if allowed else None


def split_path(raw_path: str) -> list[str]:
    """The decoded segments of a path; an encoded slash stays encoded, as ASP.NET Core leaves it."""
    trimmed = raw_path.removeprefix("/").removesuffix("/")
    if not trimmed:
        return []
    return [unquote(re.sub("%2f", "%252F", part, flags=re.IGNORECASE)) for part in trimmed.split("/")]


def _pattern(literals: Sequence[str], names: Sequence[str]) -> re.Pattern[str]:
    groups = [f"(?P<{name}>.+)" for name in names]
    pieces = [re.escape(literals[0])]
    for group, literal in zip(groups, literals[1:], strict=True):
        pieces += [group, re.escape(literal)]
    try:
        return re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise ConfigError(f"parameter names: {error}") from error


def _rank(checks: dict[str, tuple[Check, ...]], *, whole: bool, rest: bool) -> int:
    if not checks:
        return 1
    constrained = any(checks.values())
    if rest:
        return 4 if constrained else 5
    return 3 if whole and not constrained else 2
