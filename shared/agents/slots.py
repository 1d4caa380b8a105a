"""Slots: an agent takes one for each case, never more than their capacity, and gives it back for good.

Whoever takes a slot for a case has not got the case yet: `GiveCase` follows in the same invocation, and the case takes
it or frees the slot. Both are on record before the message that began it is completed, so no crash leaves a slot held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.agents.agent import Agent, lines, seeking
from shared.agents.fit import misfit
from shared.agents.messages import FreeSlot, TakeSlot
from shared.cases.messages import AssignCase, GiveCase, KeepWaiting, PickCase
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived


@dataclass(frozen=True, slots=True)
class Glance:
    """What a case looks like to an agent who wants it."""

    is_open: bool
    worked_by: str
    queue: str
    is_private: bool
    """Only members of its queue may have it."""


def take_slot(agent: Agent, message: Message[TakeSlot], _facts: object, now: datetime) -> Decision[Agent]:
    """Take the slot if the agent still fits; their line in the queue may have been out of date."""
    body = message.body
    reason = "full" if body.case in agent.slots.values() else misfit(agent.candidate(), body.need)
    if reason:
        return _hand_on(message, reason, agent)
    giving = GiveCase(body.case, agent.id, message.id, body.need.queue, body.place, why=_why(agent, body))
    return _taken(agent, message, giving, now)


def no_such_agent(message: Message[TakeSlot], _facts: object, _now: datetime) -> Decision[Agent]:
    """A case was routed to a person who is no agent, or a line outlived its agent."""
    return _hand_on(message, "unknown_agent")


def pick_case(agent: Agent, message: Message[PickCase], case: Glance | None, now: datetime) -> Decision[Agent]:
    """Take a case by hand, unless somebody else has it."""
    if case is not None and case.worked_by not in ("", agent.id):
        return Decision(refused=Refusal("taken", "case"))
    return _by_hand(agent, message, case, now, by=agent.id)


def assign_case(agent: Agent, message: Message[AssignCase], case: Glance | None, now: datetime) -> Decision[Agent]:
    """Give an agent a case by hand, whoever has it now."""
    return _by_hand(agent, message, case, now, by=message.body.by)


def free_slot(agent: Agent, message: Message[FreeSlot], _facts: object, _now: datetime) -> Decision[Agent]:
    """Give the slot back, and see whether another case waits for it."""
    if message.body.slot not in agent.slots:
        return Decision()
    kept = {slot: case for slot, case in agent.slots.items() if slot != message.body.slot}
    freed = replace(agent, slots=kept, version=agent.version + 1)
    return Decision(
        state=freed,
        outcome="freed",
        detail={"case": message.body.case},
        records=lines(freed),
        then=seeking(freed, message.id),
    )


def _by_hand(agent: Agent, message: Message[Any], case: Glance | None, now: datetime, *, by: str) -> Decision[Agent]:
    body = message.body
    if case is None:
        return Decision(refused=Refusal("not_found", "case"))
    if not case.is_open:
        return Decision(refused=Refusal("case_is_closed", "case"))
    if case.worked_by == agent.id:
        return Decision(refused=Refusal("already_theirs", "case"))
    if case.is_private and case.queue not in agent.queues:
        return Decision(refused=Refusal("not_a_member", "agent"))
    if not agent.free:
        return Decision(refused=Refusal("no_capacity", "agent"))
    giving = GiveCase(
        body.case,
        agent.id,
        message.id,
        case.queue,
        takes_away=isinstance(body, AssignCase),
        by=by,
        text=body.text,
        if_version=body.if_version,
    )
    return _taken(agent, message, giving, now)


def _taken(agent: Agent, message: Message[Any], giving: GiveCase, now: datetime) -> Decision[Agent]:
    slots = {**agent.slots, giving.slot: giving.case}
    taken = replace(agent, slots=slots, last_assigned_at=now, version=agent.version + 1)
    return Decision(
        state=taken,
        outcome="taken",
        detail={"case": giving.case},
        records=lines(taken),
        then=Outgoing(message.id, giving),
    )


def _hand_on(message: Message[TakeSlot], reason: str, agent: Agent | None = None) -> Decision[Agent]:
    """Ask the next candidate; the last one lets the case know, which goes on waiting.

    An agent who found the case themselves, and has a slot yet, looks on: they may have this case already.
    """
    body = message.body
    passed_over = {**body.passed_over, reason: body.passed_over.get(reason, 0) + 1}
    if body.others:
        asked = replace(body, agent=body.others[0], others=body.others[1:], passed_over=passed_over)
        return Decision(outcome="handed_on", then=Outgoing(derived("take", message.id, asked.agent), asked))
    if body.found_by == "agent":
        looking_on = seeking(agent, message.id) if agent else None
        return Decision(outcome="looked_on" if looking_on else "", then=looking_on)
    waiting = KeepWaiting(body.case, body.place, passed_over, body.looked_at)
    return Decision(outcome="handed_on", then=Outgoing(derived("keep", message.id), waiting))


def _why(agent: Agent, body: TakeSlot) -> Mapping[str, Any]:
    """Why this agent: for people who ask."""
    return {
        "found_by": body.found_by,
        "skills": dict(body.need.skills),
        "proficiency": {skill: agent.skills[skill] for skill in body.need.skills},
        "free_slots": agent.free,
        "last_assigned_at": agent.last_assigned_at.isoformat() if agent.last_assigned_at else None,
        "looked_at": body.looked_at,
        "passed_over": dict(body.passed_over),
    }
