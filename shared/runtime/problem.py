"""What an HTTP caller is told when a request is refused or fails: problem details (RFC 9457)."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.runtime import codec, log
from shared.runtime.errors import (
    Conflict,
    Contended,
    MissingSettings,
    Throttled,
    TooLarge,
    Transient,
    Unavailable,
    Undecodable,
)

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 100
"""Field errors told at once; a body of ten thousand faults does not get an answer of ten thousand lines."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: its path and why, never its value."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of problem that callers can rely on: `name` and `status` never change their meaning."""

    name: str
    status: int
    title: str
    next: str
    """What the caller shall do now."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return f"urn:carebus:problem:{self.name}"


class Problem(Exception):
    """A request that is answered with a problem; raised anywhere below an HTTP door."""

    def __init__(self, kind: Kind, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)

    def body(self) -> dict[str, Any]:
        return {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "errors": [codec.plain(error) for error in self.errors[:MAX_ERRORS]],
            "next": self.kind.next,
        }

    def encode(self) -> bytes:
        return codec.text(self.body()).encode()


def _later(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}


TOO_LARGE = Kind("too-large", 413, "The request is too large", "Send less at once.")
UNEXPECTED = Kind("unexpected", 500, "Something went wrong here", "Try again; if it stays, tell the operator the time.")

KINDS: Mapping[type[Exception], Kind] = {
    Throttled: Kind("throttled", 429, "Too many requests at the moment", "Send the same again later.", _later(10)),
    Unavailable: Kind("unavailable", 503, "A service behind this one is away", "Send the same again later.", _later(5)),
    Contended: Kind("contended", 503, "Too many change the same thing", "Send the same again later.", _later(1)),
    Transient: Kind("transient", 503, "It did not work this time", "Send the same again later.", _later(5)),
    TooLarge: TOO_LARGE,
    Undecodable: Kind("undecodable", 400, "The message cannot be read", "Correct what is named and send it again."),
    Conflict: Kind("conflict", 409, "Somebody else changed it meanwhile", "Read it again, then repeat the change."),
    MissingSettings: Kind("not-configured", 500, "This service is not configured", "Tell the operator."),
}
"""What an exception means to a caller; the nearest class of its hierarchy counts."""


def problem_of(error: Exception) -> Problem:
    """Return the problem to answer with; an exception that nobody foresaw is told without any detail."""
    if isinstance(error, Problem):
        return error
    kind = next((KINDS[class_] for class_ in type(error).__mro__ if class_ in KINDS), UNEXPECTED)
    errors = [FieldError(error.field, error.reason)] if isinstance(error, Undecodable) and error.field else []
    return Problem(kind, f"{kind.title}.", errors)


def reported(error: Exception) -> Problem:
    """Return the problem to answer with, and log what only an operator can mend.

    Of an exception that nobody foresaw, the log has the place and not the message: that may quote what a customer sent.
    """
    problem = problem_of(error)
    if problem.kind is UNEXPECTED:
        log.warning("unexpected_error", error=type(error).__name__, trace=traceback.format_tb(error.__traceback__))
    if isinstance(error, MissingSettings):
        log.warning("not_configured", trouble=error.told)
    return problem
