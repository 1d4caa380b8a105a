"""Failures on demand: what shall go wrong next, for whom, how often."""

from collections.abc import Collection
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveInt

from local.sink.message import Channel
from local.sink.refusal import Dropped, Refused


class Mode(StrEnum):
    """What goes wrong."""

    REJECT = "reject"
    BOUNCE = "bounce"
    THROTTLE = "throttle"
    ERROR = "error"
    SLOW = "slow"
    DROP_REQUEST = "drop_request"
    DROP_ANSWER = "drop_answer"


class Failure(BaseModel):
    """One instruction; without `to` it is for everybody, without `times` it holds until it is deleted.

    `retry_after` and `seconds` are seconds; `status` is what the report of a bounced e-mail says.
    """

    model_config = ConfigDict(extra="forbid")

    channel: Channel
    mode: Mode
    to: str | None = None
    times: PositiveInt | None = None
    retry_after: PositiveInt = 1
    seconds: float = 5.0
    status: Literal["Failed", "Bounced", "Suppressed", "Quarantined", "FilteredSpam"] = "Bounced"


class Failures:
    """The instructions in force; the oldest that fits is used."""

    def __init__(self) -> None:
        """Begin with nothing going wrong."""
        self.planned: list[Failure] = []

    def take(self, channel: Channel, recipients: Collection[str], *modes: Mode) -> Failure | None:
        """Use up one instruction of these modes for any of the recipients."""
        for failure in self.planned:
            fits = failure.to is None or failure.to in recipients
            if fits and failure.channel == channel and failure.mode in modes:
                self._use(failure)
                return failure
        return None

    def _use(self, failure: Failure) -> None:
        if failure.times is None:
            return
        failure.times -= 1
        if failure.times == 0:
            # By identity: two equal instructions are two.
            self.planned = [planned for planned in self.planned if planned is not failure]

    def at_the_door(self, channel: Channel, recipients: Collection[str]) -> None:
        """Fail a request before it is looked at, as a gateway would; raise Refused or Dropped."""
        failure = self.take(channel, recipients, Mode.THROTTLE, Mode.ERROR, Mode.DROP_REQUEST)
        if failure is None:
            return
        if failure.mode is Mode.DROP_REQUEST:
            raise Dropped
        if failure.mode is Mode.THROTTLE:
            wait = {"Retry-After": str(failure.retry_after)}
            raise Refused(429, "TooManyRequests", "Too many requests.", wait)
        raise Refused(500, "InternalServerError", "The service failed.")

    def at_the_answer(self, channel: Channel, recipients: Collection[str]) -> None:
        """Lose the answer to a request that was carried out; raise Dropped."""
        if self.take(channel, recipients, Mode.DROP_ANSWER):
            raise Dropped
