"""Routing: which queue or person a case goes to, by rules of which the first that holds counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.definitions.conditions import Condition, Lookup, holds

ROUTING = "cases"
"""The name of the one definition that there is: it routes cases."""
OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Target:
    """A queue or a person, one of the two, and what its agent must be able to do besides what the queue asks for."""

    queue: str = ""
    person: str = ""
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    when: Condition
    target: Target


@dataclass(frozen=True, slots=True)
class Routing:
    """Where no rule holds, `otherwise` counts: no case falls through."""

    name: str
    rules: tuple[Rule, ...]
    otherwise: Target

    def route(self, lookup: Lookup) -> tuple[str, Target]:
        """Return the first rule that holds, by its id, and where it leads."""
        for rule in self.rules:
            if holds(rule.when, lookup):
                return rule.id, rule.target
        return OTHERWISE, self.otherwise
