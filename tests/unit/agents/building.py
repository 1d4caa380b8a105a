"""Agents, and what is said to them, with what most tests do not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.agents.agent import Agent
from shared.agents.fit import Candidate
from shared.agents.messages import Need, PutAgent, TakeSlot
from shared.runtime.envelope import Message

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def candidate(agent: str = "kim", **fields: Any) -> Candidate:
    known: dict[str, Any] = {"queues": ("a",), "skills": {}, "free": 1, "presence": "available"}
    return Candidate(agent, **{**known, **fields})


def agent(id_: str = "kim", **fields: Any) -> Agent:
    known: dict[str, Any] = {"capacity": 2, "skills": {}, "queues": ("a",), "presence": "available"}
    return Agent(id_, id_.title(), **{**known, **fields})


def putting(id_: str = "kim", **fields: Any) -> PutAgent:
    known: dict[str, Any] = {"name": "Kim", "by": "boss", "capacity": 2, "queues": ("a",)}
    return PutAgent(id_, **{**known, **fields})


def taking(**fields: Any) -> TakeSlot:
    known: dict[str, Any] = {"agent": "kim", "case": "K1", "place": "p1", "need": Need("a"), "found_by": "case"}
    return TakeSlot(**{**known, **fields})


def said[B](body: B, id_: str = "m1") -> Message[B]:
    return Message(id_, NOON, body)
