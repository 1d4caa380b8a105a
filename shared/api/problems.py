"""What can be wrong with a request to the API, and how it is answered: always as problem+json."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared.runtime.problem import MEDIA_TYPE, FieldError, Kind, Problem

UNAUTHENTICATED = Kind(
    "unauthenticated", 401, "Nobody is signed in", "Sign in, then try again.", {"WWW-Authenticate": "Bearer"}
)
FORBIDDEN = Kind("forbidden", 403, "You may not do this", "Ask an administrator for the role that is named.")
FOREIGN_ORIGIN = Kind("foreign-origin", 403, "The request comes from another site", "Send it from our own pages.")
NO_ROUTE = Kind("no-such-route", 404, "There is nothing under this address", "See /api/openapi.json.")
NO_METHOD = Kind("method-not-allowed", 405, "This address does not take that method", "See /api/openapi.json.")
NOT_FOUND = Kind("not-found", 404, "There is no such thing", "Check the id.")
REFUSED = Kind("refused", 409, "The case does not allow this", "Read the case, then send a command that it allows.")
NOT_NOW = Kind("refused", 409, "It does not allow this as it stands", "Read it, then send a command that it allows.")
CHANGED = Kind("changed", 412, "It is not in the version you named", "Read it again, then repeat the change.")
NOT_JSON = Kind("unsupported-media-type", 415, "The body is not JSON", "Send Content-Type: application/json.")
NOT_DOCUMENTS = Kind(
    "unsupported-media-type",
    415,
    "The body is neither YAML nor JSON",
    "Send Content-Type: application/yaml, or application/json with files by name.",
)
BROKEN = Kind(
    "invalid-definitions",
    422,
    "The definitions have faults",
    "Correct what is named at each place; nothing was published.",
)
MALFORMED = Kind("malformed-json", 400, "The body is not JSON", "Correct the body and send it again.")
INVALID = Kind("invalid-request", 422, "Some fields are wrong", "Correct the fields that are named.")
KEY_REUSED = Kind("idempotency-key-reused", 422, "This key was used for another request", "Use a new Idempotency-Key.")


def version_changed(what: str) -> Problem:
    return Problem(CHANGED, f"If-Match names another version of the {what}.")


def key_reused() -> Problem:
    return Problem(KEY_REUSED, "The first request with this Idempotency-Key had another body.")


def response_of(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(problem.encode(), problem.kind.status, {**problem.kind.headers, **(headers or {})}, MEDIA_TYPE)


async def on_invalid(_request: Request, error: Exception) -> Response:
    """Name every field that is wrong, and no value."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return response_of(Problem(MALFORMED, "The body cannot be parsed as JSON."))
    errors = [FieldError(_field(fault["loc"]), fault["msg"]) for fault in faults]
    return response_of(Problem(INVALID, f"Wrong: {', '.join(one.field for one in errors[:10])}.", errors))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Say in our own form what the framework refuses: an unknown route, a wrong method, a body it cannot decode."""
    assert isinstance(error, HTTPException)
    kind = {404: NO_ROUTE, 405: NO_METHOD}.get(error.status_code, MALFORMED)
    return response_of(Problem(kind, f"{kind.title}: {request.method}."), error.headers)


def _field(location: Iterable[Any]) -> str:
    """Leave out where it was looked for, unless it is all there is: `body.text` is `text`."""
    place, *path = location
    return ".".join(str(part) for part in path) or str(place)
