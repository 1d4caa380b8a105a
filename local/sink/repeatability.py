"""Repeatable requests: the same id with the same content is answered like the first time, and done once.

Sources: docs.oasis-open.org/odata/repeatable-requests/v1.0;
learn.microsoft.com/rest/api/communication/repeatable-requests (the codes, and the five minutes).
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel

from local.sink.refusal import Refused

REJECTED = {"Repeatability-Result": "rejected"}


class Answer(BaseModel):
    """What a request was answered with; a repeat gets it again."""

    status: int
    message_id: str = ""
    error: str = ""


class Remembered(BaseModel):
    """An answer, and the fingerprint of the request that it was given to."""

    fingerprint: str
    answer: Answer


class RequestId(NamedTuple):
    """The client's name for a request, and when it first sent it."""

    id: str
    first_sent: datetime

    @classmethod
    def parse(cls, request_id: str | None, first_sent: str | None) -> Self | None:
        """Read both fields, or neither; raise Refused (400) for one alone or a malformed one."""
        if request_id is None and first_sent is None:
            return None
        try:
            return cls(str(UUID(request_id)), parsedate_to_datetime(first_sent or "").astimezone(UTC))
        except (ValueError, TypeError):
            message = "Repeatability needs a GUID as request id and an IMF-fixdate as first-sent."
            raise Refused(400, "BadRequest", message, REJECTED) from None


class Repeats:
    """Decides whether a request is new, a repeat, or neither."""

    def __init__(self, window: timedelta, answers: Mapping[tuple[str, str], Remembered]) -> None:
        """Take how long requests are tracked, and the answers on record by channel and id."""
        self._window = window
        self._answers = answers
        self._running: set[tuple[str, str]] = set()

    @contextmanager
    def claim(
        self, channel: str, request: RequestId | None, fingerprint: str, now: datetime
    ) -> Iterator[Answer | None]:
        """Yield the first answer to repeat, or None to do it now; raise Refused where neither is safe."""
        if request is None:
            yield None
            return
        if abs(now - request.first_sent) > self._window:
            raise Refused(412, "PreconditionFailed", "First-sent is not inside the window.", REJECTED)
        key = (channel, request.id)
        if key in self._running:
            raise Refused(409, "Conflict", "The original request is still running.", REJECTED)
        self._running.add(key)
        try:
            yield self._first_answer(key, fingerprint)
        finally:
            self._running.discard(key)

    def _first_answer(self, key: tuple[str, str], fingerprint: str) -> Answer | None:
        remembered = self._answers.get(key)
        if remembered is None:
            return None
        if remembered.fingerprint != fingerprint:
            raise Refused(400, "BadRequest", "The request id was used with another request.", REJECTED)
        return remembered.answer


def fingerprint_of(content: bytes, request: RequestId | None) -> str:
    """What two requests with one id must have in common: the content, and the time first sent."""
    first_sent = request.first_sent.isoformat() if request else ""
    return hashlib.sha256(first_sent.encode() + b"\n" + content).hexdigest()
