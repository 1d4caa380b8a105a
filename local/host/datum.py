"""The values that cross into a function: Microsoft's `Datum`, in the shapes that the cloud's host sends."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace

from azure.functions.meta import Datum

__all__ = [
    "Datum",
    "blob",
    "blobs",
    "document",
    "http_request",
    "number",
    "numbers",
    "strings",
    "text",
    "texts",
    "timestamp",
]

_ENCODER = json.JSONEncoder(default=str)


def text(value: str) -> Datum:
    """A string."""
    return Datum(value, "string")


def blob(value: bytes) -> Datum:
    """Bytes, as the body of a message or request."""
    return Datum(value, "bytes")


def number(value: int) -> Datum:
    """A whole number."""
    return Datum(value, "int")


def document(value: object) -> Datum:
    """JSON; what JSON does not know (uuid, decimal, date) goes as its text."""
    return Datum(_ENCODER.encode(value), "json")


def timestamp(value: datetime) -> Datum:
    """A point in time, as JSON text in UTC."""
    return Datum(f'"{value.astimezone(UTC).isoformat()}"', "json")


def strings(values: Sequence[str | None]) -> Datum:
    """Strings in a row, without those that are missing or empty.

    The cloud's host leaves them out, too, unless a worker asks for them (`IncludeEmptyEntriesInMessagePayload`,
    Azure/azure-functions-host), which Python's does not: what follows a gap moves up.
    """
    return Datum(SimpleNamespace(string=[value for value in values if value]), "collection_string")


def blobs(values: Sequence[bytes]) -> Datum:
    """Bytes in a row, as the bodies of a batch."""
    return Datum(SimpleNamespace(bytes=list(values)), "collection_bytes")


def numbers(values: Sequence[int]) -> Datum:
    """Whole numbers in a row."""
    return Datum(SimpleNamespace(sint64=list(values)), "collection_sint64")


def texts(values: Mapping[str, str]) -> dict[str, Datum]:
    """Strings by name: headers, query, route parameters."""
    return {name: text(value) for name, value in values.items()}


def http_request(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    params: Mapping[str, str],
    query: Mapping[str, str],
    body: bytes,
) -> Datum:
    """An HTTP request; header names must be lower case already."""
    request = {
        "method": text(method),
        "url": text(url),
        "headers": texts(headers),
        "params": texts(params),
        "query": texts(query),
        "body": blob(body),
    }
    return Datum(request, "http")
