"""What an agent may be, for all who put one: over HTTP, from a file, or on the bus."""

from shared.agents.messages import PutAgent
from shared.definitions.attributes import fault_of
from shared.definitions.names import NAME
from shared.definitions.skills import LEAST, MOST, is_proficiency

MOST_SLOTS = 100
"""Cases that somebody can have at the same time; a row of the store has room for them."""
LONGEST_NAME = 200
MOST_QUEUES = 50
"""Each is a row to write with every slot that is taken or freed."""


def faults_of(body: PutAgent) -> list[tuple[str, str]]:
    """Return (field, reason) of all that is wrong; a reason never repeats a value."""
    faults = [("agent", fault)] if (fault := fault_of(body.agent, "reference")) else []
    if not body.name.strip() or len(body.name) > LONGEST_NAME:
        faults.append(("name", f"must be text of at most {LONGEST_NAME} characters"))
    if not 0 <= body.capacity <= MOST_SLOTS:
        faults.append(("capacity", f"must be a whole number from 0 to {MOST_SLOTS}"))
    faults += [(f"skills.{name}", fault) for name, level in body.skills.items() if (fault := _skill(name, level))]
    if len(body.queues) > MOST_QUEUES or len(set(body.queues)) < len(body.queues):
        faults.append(("queues", f"must be at most {MOST_QUEUES}, each once"))
    return faults


def _skill(name: str, level: object) -> str:
    if not NAME.fullmatch(name):
        return f"is not a name: {NAME.pattern}"
    return "" if is_proficiency(level) else f"must be a whole number from {LEAST} to {MOST}"
