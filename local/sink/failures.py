"""Failures on demand: what shall go wrong next, for whom, how often, and what went wrong lately."""

from collections import deque
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from local.sink.message import Channel
from local.sink.refusal import Dropped, Refused

type Failed = Literal["Bounced", "Failed", "Suppressed", "Quarantined", "FilteredSpam"]
FAILED: tuple[str, ...] = get_args(Failed.__value__)
"""What the report of a failed e-mail can say."""
REMEMBERED = 50


class Mode(StrEnum):
    """What goes wrong."""

    REJECT = "reject"
    BOUNCE = "bounce"
    THROTTLE = "throttle"
    ERROR = "error"
    SLOW = "slow"
    DROP_REQUEST = "drop_request"
    DROP_ANSWER = "drop_answer"
    GONE = "gone"


class Failure(BaseModel):
    """One instruction; without `to` it is for everybody, without `times` it holds until it is removed.

    `retry_after` and `seconds` are seconds; `status` is what the report of a bounced e-mail says.
    """

    model_config = ConfigDict(extra="forbid")

    channel: Channel
    mode: Mode
    to: str | None = None
    times: PositiveInt | None = None
    retry_after: PositiveInt = 1
    seconds: Annotated[float, Field(ge=0, le=3600)] = 5.0
    status: Failed = "Bounced"


class Fired(NamedTuple):
    """An instruction that was used: when, and for which recipients of one request."""

    at: datetime
    failure: Failure
    recipients: tuple[str, ...]


class Failures:
    """The instructions in force, by number; the oldest that fits is used."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Begin with nothing going wrong."""
        self.planned: dict[int, Failure] = {}
        self.fired: deque[Fired] = deque(maxlen=REMEMBERED)
        self._numbers = count(1)
        self._now = now

    def plan(self, failure: Failure) -> int:
        """Put an instruction in force and return its number."""
        number = next(self._numbers)
        self.planned[number] = failure
        return number

    def reset(self) -> None:
        """Let nothing go wrong, and forget what did."""
        self.planned.clear()
        self.fired.clear()

    def take(self, channel: Channel, recipients: Collection[str], *modes: Mode) -> Failure | None:
        """Use up one instruction of these modes for any of the recipients."""
        for number, failure in self.planned.items():
            fits = failure.to is None or failure.to in recipients
            if fits and failure.channel == channel and failure.mode in modes:
                self._use(number, failure)
                self.fired.append(Fired(self._now(), failure, tuple(recipients)))
                return failure
        return None

    def _use(self, number: int, failure: Failure) -> None:
        if failure.times is None:
            return
        failure.times -= 1
        if failure.times == 0:
            del self.planned[number]

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
