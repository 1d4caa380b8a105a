"""A provider in memory that keeps the promises of the real one, for the simulation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from shared.channels.errors import (
    ChannelError,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unavailable,
    WindowClosed,
)
from shared.channels.provider import Accepted, Outgoing


class Failure(StrEnum):
    """What can go wrong with one call; the channel sink knows the same words."""

    REJECT = "reject"
    THROTTLE = "throttle"
    ERROR = "error"
    DROP_REQUEST = "drop_request"
    DROP_ANSWER = "drop_answer"
    GONE = "gone"
    """Of a push subscription; on other channels it means nothing."""


UNREPEATABLE = ("push",)
"""Channels whose provider knows no request ids: a repeat is a second message."""


class MemoryProvider:
    """Records what it accepts; a request id is remembered for good and honoured inside the window.

    Awaits nothing, so that a caller may be stepped by hand.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        failures: Callable[[Outgoing], Failure | None] = lambda _: None,
        window: timedelta = timedelta(minutes=5),
        retry_after: float = 1.0,
    ) -> None:
        """Take the clock, and what decides how each call fails."""
        self.accepted: list[Outgoing] = []
        self._answers: dict[str, tuple[Outgoing, Accepted | Rejected]] = {}
        self._now = now
        self._failures = failures
        self._window = window
        self._retry_after = retry_after

    @staticmethod
    def id_of(message: Outgoing) -> str:
        """The id under which reports about the message come."""
        return f"{message.channel}:{message.request_id}"

    async def send(self, message: Outgoing) -> Accepted:
        """Accept the message, or answer a repeat like the first, or raise as the real provider would."""
        failure = self._failures(message)
        if lost := self._on_the_way(failure):
            raise lost
        answer = self._first_answer(message) or self._decide(message, failure)
        if failure is Failure.DROP_ANSWER:
            raise OutcomeUnknown("no answer")
        if isinstance(answer, Rejected):
            raise Rejected(answer.reason_code, answer.detail)
        return answer

    def _on_the_way(self, failure: Failure | None) -> ChannelError | None:
        if failure is Failure.THROTTLE:
            return Throttled(self._retry_after, "429")
        if failure is Failure.ERROR:
            return Unavailable("500")
        if failure is Failure.DROP_REQUEST:
            return OutcomeUnknown("no answer")
        return None

    def _first_answer(self, message: Outgoing) -> Accepted | Rejected | None:
        if message.channel in UNREPEATABLE:
            return None
        # Whole seconds, because that is what the real request carries.
        age = self._now() - message.first_sent.astimezone(UTC).replace(microsecond=0)
        if abs(age) > self._window:
            raise WindowClosed("412")
        first, answer = self._answers.get(self.id_of(message), (message, None))
        if first != message:
            raise Rejected("provider_rejected", "400 request id with another body")
        return answer

    def _decide(self, message: Outgoing, failure: Failure | None) -> Accepted | Rejected:
        answer: Accepted | Rejected = Accepted(self.id_of(message))
        if failure is Failure.REJECT:
            answer = Rejected("provider_rejected", "400")
        elif failure is Failure.GONE and message.channel == "push":
            answer = Rejected("invalid_contact_point", "410")
        else:
            self.accepted.append(message)
        self._answers[self.id_of(message)] = (message, answer)
        return answer
