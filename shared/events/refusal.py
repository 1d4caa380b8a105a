"""Why events from outside are refused: closed reason codes, and the problem that each is over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.runtime.errors import Undecodable
from shared.runtime.problem import FieldError, Kind, Problem

type Reason = Literal[
    "malformed_json",
    "invalid_event",
    "forbidden_source",
    "forbidden_trigger",
    "unknown_trigger",
    "trigger_not_ready",
    "invalid_attribute",
]

BODY = "body"
"""The field of a fault that lies in the request as a whole."""

_CORRECT = "Correct what is named and send it again with the same id."
_ASK = "Use what this credential may use, or ask the operator to extend it."

KINDS: Mapping[Reason, Kind] = {
    "malformed_json": Kind("malformed-json", 400, "The body is not the JSON of an event", _CORRECT),
    "invalid_event": Kind("invalid-event", 400, "This is not a valid CloudEvent", _CORRECT),
    "forbidden_source": Kind("forbidden-source", 403, "This credential may not use the source", _ASK),
    "forbidden_trigger": Kind("forbidden-trigger", 403, "This credential may not raise the trigger", _ASK),
    "unknown_trigger": Kind("unknown-trigger", 422, "There is no such trigger", _CORRECT),
    "trigger_not_ready": Kind("trigger-not-ready", 422, "The trigger is not ready to use", _CORRECT),
    "invalid_attribute": Kind("invalid-attribute", 422, "The data does not fit the trigger", _CORRECT),
}
"""In order of precedence: where several faults meet, the first of these gives the answer its status."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an event; `why` reads on from the field's name and never repeats its value."""

    reason: Reason
    field: str
    why: str


class Refused(Problem):
    """Events that are refused for good, with every fault found in them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        order = list(KINDS)
        self.first = min(faults, key=lambda fault: order.index(fault.reason))
        detail = f"{self.first.field} {self.first.why}."
        if len(faults) > 1:
            detail += f" {len(faults)} faults in all."
        errors = [FieldError(fault.field, fault.why) for fault in faults]
        super().__init__(KINDS[self.first.reason], detail, errors)

    def undecodable(self) -> Undecodable:
        """Return the same as the reason that a queue message is rejected with."""
        return Undecodable(self.first.reason, self.first.field)
