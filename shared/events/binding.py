"""The HTTP binding of CloudEvents 1.0.2: binary, structured and batch, told apart by the media type."""

import re
from collections.abc import Iterator, Mapping
from email.message import Message as MediaType
from urllib.parse import unquote

from shared.events import json_text
from shared.events.cloudevent import BINARY, Event, parse
from shared.events.refusal import BODY, Fault, Refused
from shared.runtime.bus import MAX_MESSAGE_BYTES
from shared.runtime.problem import TOO_LARGE, Kind, Problem

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MAX_EVENTS = 100

UNSUPPORTED = Kind(
    "unsupported-media-type",
    415,
    "The media type is not one of an event",
    f"Send {STRUCTURED}, {BATCH}, or application/json with ce-* headers; in UTF-8.",
)

_QUOTED = re.compile(r'"(.*)"')


def read(headers: Mapping[str, str], body: bytes) -> list[Event]:
    """Read the events of a request whose header names are in lower case; raises Problem, Refused with every fault."""
    media_type = _media_type(headers)
    if media_type == STRUCTURED:
        return [parse(json_text.loads(body))]
    if media_type == BATCH:
        return _batch(json_text.loads(body))
    if media_type == "application/json" and any(name.startswith(BINARY) for name in headers):
        return [_binary(headers, body)]
    raise Problem(UNSUPPORTED, "Content-Type does not say which mode of CloudEvents this is.")


def _media_type(headers: Mapping[str, str]) -> str:
    header = MediaType()
    header["Content-Type"] = headers.get("content-type", "").translate({10: " ", 13: " "})
    if str(header.get_content_charset("utf-8")).lower() not in ("utf-8", "us-ascii"):
        raise Problem(UNSUPPORTED, "The charset of Content-Type must be utf-8.")
    return header.get_content_type()


def _batch(values: object) -> list[Event]:
    """Read all events or none; an empty batch is a valid one (JSON event format 1.0.2, 4.1)."""
    if not isinstance(values, list):
        raise Refused([Fault("invalid_event", BODY, "must be a JSON array of events")])
    if len(values) > MAX_EVENTS:
        raise Problem(TOO_LARGE, f"A batch has at most {MAX_EVENTS} events.")
    events: list[Event] = []
    faults: list[Fault] = []
    for index, value in enumerate(values):
        try:
            events.append(parse(value, f"{index}."))
        except Refused as refused:
            faults += refused.faults
    if faults:
        raise Refused(faults)
    return events


def _binary(headers: Mapping[str, str], body: bytes) -> Event:
    data = {"data": json_text.loads(body)} if body else {}
    return parse(dict(_attributes(headers)) | data, BINARY)


def _attributes(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the attributes with their percent-encoding undone (HTTP binding 1.0.2, 3.1.3.2)."""
    for name, value in headers.items():
        if not name.startswith(BINARY):
            continue
        bare = re.sub(r"\\(.)", r"\1", quoted[1]) if (quoted := _QUOTED.fullmatch(value)) else value
        try:
            yield name.removeprefix(BINARY), unquote(bare, errors="strict")
        except UnicodeDecodeError:
            raise Refused([Fault("invalid_event", name, "must be percent-encoded UTF-8")]) from None


def sized(body: bytes) -> bytes:
    """Return the body unless it is larger than any event may be; raises Problem."""
    if len(body) > MAX_MESSAGE_BYTES:
        raise Problem(TOO_LARGE, f"The body has more than {MAX_MESSAGE_BYTES // 1024} KiB.")
    return body
