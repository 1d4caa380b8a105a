"""Typed attributes of events: how they are declared, and whether values keep to it."""

import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from shared.definitions.names import nearest

type AttributeType = Literal["text", "number", "boolean", "datetime", "reference"]
TYPES: tuple[AttributeType, ...] = get_args(AttributeType.__value__)

LONGEST_REFERENCE = 256


@dataclass(frozen=True, slots=True)
class Attribute:
    type: AttributeType
    optional: bool = False
    values: tuple[str, ...] = ()
    """All that there are, where it is a closed list."""


def fault_of(value: object, type_: AttributeType) -> str | None:
    """Why the value is not of the type, or None; the reason never repeats the value.

    Values are as JSON has them, so a datetime is RFC 3339 text; null is of no type: leave the attribute out.
    """
    return _FAULTS[type_](value)


def fits(given: AttributeType, wanted: AttributeType) -> bool:
    """Every reference is text; no other type is another one."""
    return given == wanted or (given, wanted) == ("reference", "text")


def check(values: Mapping[str, object], declared: Mapping[str, Attribute]) -> list[tuple[str, str]]:
    """(field, reason) of each attribute that is missing, of the wrong type, or not declared."""
    faults: list[tuple[str, str]] = []
    for name, attribute in declared.items():
        if name in values:
            reason = fault_of(values[name], attribute.type)
            faults += [(name, reason)] if reason else []
        elif not attribute.optional:
            faults.append((name, "is missing"))
    unknown = sorted(values.keys() - declared.keys())
    return faults + [(name, f"is not an attribute{nearest(name, declared)}") for name in unknown]


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be text"
    return None if _is_unicode(value) else "must be valid Unicode"


def _is_unicode(value: str) -> bool:
    """JSON can spell half of a surrogate pair, which no UTF-8 can carry on."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(value: object) -> str | None:
    """A number that every JSON reader can hold (RFC 8259, section 6)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be a number"
    return None if abs(value) <= sys.float_info.max else "must be a finite number"


def _boolean(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _datetime(value: object) -> str | None:
    reason = "must be a date and time with its offset (RFC 3339)"
    if not isinstance(value, str):
        return reason
    try:
        return None if datetime.fromisoformat(value).tzinfo else reason
    except ValueError:
        return reason


def _reference(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return "must be an id"
    if len(value) > LONGEST_REFERENCE:
        return f"must be an id of at most {LONGEST_REFERENCE} characters"
    if not _is_unicode(value) or any(unicodedata.category(character) == "Cc" for character in value):
        return "must be an id without control characters"
    return None


_FAULTS: Mapping[AttributeType, Callable[[object], str | None]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "datetime": _datetime,
    "reference": _reference,
}
