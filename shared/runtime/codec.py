"""Frozen dataclasses to and from plain JSON values; the only place where stored and sent data is validated."""

import json
from bisect import bisect_left
from typing import Any

from pydantic import TypeAdapter, ValidationError

_adapters: dict[Any, TypeAdapter[Any]] = {}
_encoder = json.JSONEncoder(separators=(",", ":"), sort_keys=True, check_circular=False)


def _adapter(type_: Any) -> TypeAdapter[Any]:
    if (adapter := _adapters.get(type_)) is None:
        adapter = _adapters[type_] = TypeAdapter(type_)
    return adapter


def plain(value: Any) -> Any:
    """Return the value as JSON would hold it: dataclasses become dicts, times ISO 8601 text."""
    return _adapter(type(value)).dump_python(value, mode="json", warnings=False)


def typed[T](type_: type[T], data: object) -> T:
    """Return plain data as `type_`; raises pydantic's ValidationError."""
    result: T = _adapter(type_).validate_python(data)
    return result


def field_of(error: ValidationError) -> str:
    """Name the first offending field as a dotted path; values are never quoted."""
    return ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])


def text(data: object) -> str:
    """Return compact JSON, ASCII only, with sorted keys: equal data gives equal text."""
    return _encoder.encode(data)


def fitting(said: str, most: int) -> str:
    """Return the text, or as much of its beginning as takes at most so many bytes in JSON: an emoji takes twelve."""
    if len(text(said)) <= most:
        return said
    cut = bisect_left(range(len(said)), most, key=lambda length: len(text(f"{said[:length]}…")))
    return f"{said[: max(0, cut - 1)]}…"
