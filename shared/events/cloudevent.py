"""CloudEvents 1.0.2 as we take them: strict about what names an event, indifferent to extensions.

The library `cloudevents` invents a missing `id` and `time` and accepts other versions, so it is no door.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from shared.events.refusal import BODY, Fault, Refused
from shared.runtime.ids import derived

BINARY = "ce-"
"""Path prefix of an event whose attributes travel as headers."""

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_JSON = re.compile(r"(application/json|[a-z0-9.+/-]+\+json)\s*(;.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Event:
    """One event as its producer told it."""

    source: str
    id: str
    type: str
    time: datetime | None
    """UTC; None where the producer told none (it is optional): then the time of acceptance stands in."""
    data: Mapping[str, Any]
    prefix: str = ""
    """Where it stood in the request: `ce-` in headers, `3.` in a batch."""

    def field(self, *parts: str) -> str:
        """Return the path under which the producer finds a part of this event again."""
        return _path(self.prefix, parts)


def event_id(source: str, id_: str) -> str:
    """Return our id of an event: `source` and `id` together are its identity (CloudEvents 1.0.2, 3.1)."""
    return derived("event", source, id_)


def parse(value: object, prefix: str = "") -> Event:
    """Read an event from its JSON object; raises Refused with every fault.

    A member that is null counts as left out (JSON event format 1.0.2, 2.1).
    """
    if isinstance(value, dict):
        value = {name: member for name, member in value.items() if member is not None}
    try:
        wire = _Wire.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise Refused([_fault(detail, prefix) for detail in details]) from None
    return Event(wire.source, wire.id, wire.type, wire.time, wire.data, prefix)


def _legible(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("must be a date and time with its offset (RFC 3339)")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a date and time that exists") from None


def _json_type(value: str) -> str:
    if not _JSON.fullmatch(value):
        raise ValueError("must be a JSON media type")
    return value


_Text = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_legible)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True)

    specversion: Literal["1.0"]
    id: _Text
    source: _Text
    type: _Text
    time: Annotated[datetime | None, BeforeValidator(_moment)] = None
    datacontenttype: Annotated[str, AfterValidator(_json_type)] = "application/json"
    data: dict[Annotated[str, StringConstraints(max_length=64)], Any] = Field(default={}, max_length=100)


_REASONS = {
    "missing": "is missing",
    "literal_error": "must be 1.0",
    "string_type": "must be text",
    "string_unicode": "must be valid Unicode",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most 256 characters",
    "dict_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "too_long": "must have at most 100 attributes",
}


def _fault(detail: ErrorDetails, prefix: str) -> Fault:
    location = detail["loc"]
    if location[-1:] == ("[key]",):
        return Fault("invalid_event", _path(prefix, ("data",)), "has an attribute with an impossible name")
    why = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else _REASONS[detail["type"]]
    return Fault("invalid_event", _path(prefix, [str(part) for part in location]), why)


def _path(prefix: str, parts: Sequence[str]) -> str:
    path = ".".join(parts)
    if prefix == BINARY and path.startswith("data"):
        return path
    return (prefix + path).removesuffix(".") or BODY
