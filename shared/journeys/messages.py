"""What journeys say on the bus: all of it moves one run of one contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import AwareDatetime


@dataclass(frozen=True, slots=True)
class EnterJourney:
    """An event may start a run of this journey for this contact; inside, its rules decide."""

    kind: ClassVar[str] = "enter_journey"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    contact: str
    run: str
    event: str
    attributes: Mapping[str, Any]
    time: AwareDatetime


@dataclass(frozen=True, slots=True)
class Answered:
    """The command that a tile issued was answered; `token` names the question."""

    kind: ClassVar[str] = "answered"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    contact: str
    run: str
    token: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Awaited:
    """An event happened that the run said it waits for; `token` names the wait."""

    kind: ClassVar[str] = "awaited"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    contact: str
    run: str
    token: str
    event: str
    attributes: Mapping[str, Any]
    time: AwareDatetime


@dataclass(frozen=True, slots=True)
class TimeUp:
    """A wait has reached its limit; `token` names the wait."""

    kind: ClassVar[str] = "time_up"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    contact: str
    run: str
    token: str
