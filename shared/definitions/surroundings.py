"""What a tile may count on: the paths it can name, the messages sent before it, and the case it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.definitions.attributes import Attribute
from shared.definitions.mapping import Path
from shared.definitions.outline import Outline, Step
from shared.definitions.scope import CASE, CONTACT, DEVICE, DEVICES, RUN, Scope
from shared.definitions.tiles import Ticket
from shared.definitions.trigger import Trigger

TICKET_OF_ANSWER = ("case_id", "number")
TICKET_OF_TRIGGER = ("case", "number")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A journey's outline with the triggers in it; None is one whose own definition is at fault."""

    outline: Outline
    starts_on: Trigger | None
    activated: Mapping[str, Trigger | None]
    has_segment: bool = False
    """It starts for a segment: then there is no starting trigger."""
    has_goal: bool = False

    @property
    def is_unsure(self) -> bool:
        """Whether its starting trigger is at fault, so that nothing can be said about what that brings."""
        return self.starts_on is None and not self.has_segment

    def scope(self, step: Step | None = None) -> Scope:
        """The starting trigger, the contact, the run, and the answers to tiles that have certainly run before."""
        roots: dict[str, Mapping[str, Attribute] | None] = {"contact": CONTACT, "run": RUN}
        closed = {}
        if self.has_segment:
            closed["trigger"] = "the journey starts for a segment, not on a trigger"
        else:
            roots["trigger"] = self.starts_on.attributes if self.starts_on else None
        if self.ticket(step) is not None or self.is_unsure:
            roots["case"] = CASE
        else:
            closed["case"] = "no case is known here"
        if self.is_unsure or (self.starts_on and self.starts_on.attributes.keys() & set(DEVICES)):
            roots["device"] = DEVICE
        else:
            closed["device"] = "the starting trigger names no device"
        before = self._before(step)
        for other in self.outline.steps:
            root, trigger = f"tiles.{other.id}", self.activated.get(other.id)
            if other.id not in before:
                closed[root] = f"the tile `{other.id}` has not certainly run before"
            elif other.id in self.activated and (trigger is None or trigger.answer is not None):
                roots[root] = trigger.answer if trigger else None
            else:
                closed[root] = f"the tile `{other.id}` has no answer"
        return Scope(roots, closed)

    def sends(self, step: Step | None) -> Mapping[str, str]:
        """The send tiles that have certainly run before, in their order, with their channels."""
        before = self._before(step)
        sending = [other for other in self.outline.steps if other.id in before and other.kind.startswith("send_")]
        return {other.id: other.kind.removeprefix("send_") for other in sending}

    def ticket(self, step: Step | None) -> Ticket | None:
        """The case that the nearest earlier tile opened, else the one that the starting trigger names."""
        for other in reversed(self.outline.steps):
            trigger = self.activated.get(other.id)
            if trigger and other.id in self._before(step) and _has(TICKET_OF_ANSWER, trigger.answer):
                return _ticket(f"tiles.{other.id}", TICKET_OF_ANSWER)
        if self.starts_on and _has(TICKET_OF_TRIGGER, self.starts_on.attributes):
            return _ticket("trigger", TICKET_OF_TRIGGER)
        return None

    def _before(self, step: Step | None) -> frozenset[str]:
        return self.outline.before[step.id] if step else frozenset()


def _has(names: tuple[str, str], attributes: Mapping[str, Attribute] | None) -> bool:
    return all(attributes and name in attributes and not attributes[name].optional for name in names)


def _ticket(root: str, names: tuple[str, str]) -> Ticket:
    case, number = names
    return Ticket(Path(f"{root}.{case}"), Path(f"{root}.{number}"))
