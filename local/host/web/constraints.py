"""Route constraints, `{id:int}`, as ASP.NET Core names them (learn.microsoft.com/aspnet/core/fundamentals/routing)."""

import re
from collections.abc import Callable
from uuid import UUID

from local.host.errors import ConfigError

type Check = Callable[[str], bool]

_CONSTRAINT = re.compile(r"(?P<name>\w+)(?:\((?P<arguments>[^()]*)\))?")


def constraint(text: str) -> Check:
    """The check that a constraint such as `int` or `range(1,9)` stands for."""
    match = _CONSTRAINT.fullmatch(text)
    maker = _MAKERS.get(match["name"]) if match else None
    if match is None or maker is None:
        raise ConfigError(f"the constraint {text!r} is not known; known are {', '.join(sorted(_MAKERS))}")
    arguments = [argument.strip() for argument in (match["arguments"] or "").split(",") if argument.strip()]
    try:
        return maker(*map(int, arguments))
    except (TypeError, ValueError) as error:
        raise ConfigError(f"the constraint {text!r} has the wrong arguments") from error


def _parses(convert: Callable[[str], object]) -> Check:
    def check(value: str) -> bool:
        try:
            convert(value)
        except ValueError:
            return False
        return True

    return check


def _whole(bits: int) -> Check:
    limit = 2 ** (bits - 1)
    return lambda value: bool(re.fullmatch(r"[+-]?[0-9]{1,20}", value)) and -limit <= int(value) < limit


_long = _whole(64)

_MAKERS: dict[str, Callable[..., Check]] = {
    "int": lambda: _whole(32),
    "long": lambda: _long,
    "guid": lambda: _parses(UUID),
    "bool": lambda: lambda value: value.lower() in ("true", "false"),
    "decimal": lambda: _parses(float),
    "double": lambda: _parses(float),
    "float": lambda: _parses(float),
    "alpha": lambda: lambda value: value.isascii() and value.isalpha(),
    "required": lambda: bool,
    "min": lambda least: lambda value: _long(value) and int(value) >= least,
    "max": lambda most: lambda value: _long(value) and int(value) <= most,
    "range": lambda least, most: lambda value: _long(value) and least <= int(value) <= most,
    "minlength": lambda least: lambda value: len(value) >= least,
    "maxlength": lambda most: lambda value: len(value) <= most,
    "length": lambda least, most=None: lambda value: least <= len(value) <= (least if most is None else most),
}
