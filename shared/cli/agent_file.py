"""A CSV file of agents: all lines are checked before any command is made."""

from shared.agents.checks import faults_of
from shared.agents.messages import PutAgent
from shared.cli.agents import skills_of
from shared.contacts import csv_text
from shared.definitions.faults import Fault, Invalid

COLUMNS = ("agent_id", "name", "capacity", "skills", "queues")
UNREADABLE = "capacity is a whole number, and skills are written as pumps:3 german:5"


def read(file: str, raw: bytes, by: str) -> list[PutAgent]:
    """Return a command for each line of a CSV file; raises Invalid with all faults of it, which never quote a value."""
    lines, faults = csv_text.read(file, raw, COLUMNS)
    read = [_agent(file, line, by, faults) for line in lines]
    places: dict[str, int] = {}
    for body, line in zip(read, lines, strict=True):
        if (first := places.setdefault(body.agent, line.number)) != line.number:
            faults.append(Fault(file, line.number, f"agent_id: is in line {first} already"))
    if faults:
        raise Invalid(faults)
    return read


def _agent(file: str, line: csv_text.Line, by: str, faults: list[Fault]) -> PutAgent:
    values = line.values
    try:
        capacity, skills = int(values["capacity"]), skills_of(values["skills"])
    except ValueError:
        faults.append(Fault(file, line.number, UNREADABLE))
        return PutAgent(values["agent_id"], values["name"], by, 0)
    body = PutAgent(values["agent_id"], values["name"], by, capacity, skills, tuple(values["queues"].split()))
    faults += [Fault(file, line.number, f"{_column(field)}: {reason}") for field, reason in faults_of(body)]
    return body


def _column(field: str) -> str:
    return "agent_id" if field == "agent" else field.partition(".")[0]
