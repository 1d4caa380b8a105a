"""What definitions about cases say, in a line each."""

from collections.abc import Mapping
from typing import Any

from shared.definitions.intake import Intake
from shared.definitions.kinds import CASE_READERS, CaseDefinition
from shared.definitions.loader import Documents
from shared.definitions.policy import Policy
from shared.definitions.process import Process
from shared.definitions.queue import Queue
from shared.definitions.routing import Routing
from shared.definitions.sla import Sla


def of_cases(documents: Documents) -> list[dict[str, Any]]:
    """Return a line for each definition about cases: its kind, its name, and what it does."""
    return [
        {"kind": kind, "name": name, "what": _told(found[name])}
        for kind in CASE_READERS
        for found in (documents.of_cases.get(kind, {}),)
        for name in sorted(found)
    ]


def _told(definition: CaseDefinition) -> str:
    match definition:
        case Queue():
            return ", ".join([definition.access, definition.assignment, *_skills(definition.skills)])
        case Routing(rules=rules, otherwise=target):
            return f"{_count(len(rules), 'rule')}, otherwise to {target.queue or target.person}"
        case Process(stages=stages):
            return " -> ".join(stage.id for stage in stages)
        case Sla():
            return ", ".join(definition.kpis())
        case Intake(rules=rules):
            return _count(len(rules), "rule")
        case Policy():
            return f"closing {definition.closing}, recovery {definition.recovery}"


def _skills(skills: Mapping[str, int]) -> list[str]:
    return [f"{name}:{skills[name]}" for name in sorted(skills)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
