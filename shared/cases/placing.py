"""Where a case waits for an agent: its place in the list of a queue, or of the person it was routed to.

A line of such a list is a hint: whoever finds it asks the case whether it still waits there. So leaving deletes the
line, and a list is as long as what waits in it. A place is never taken again: its name has the case's version in it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.agents.messages import FreeSlot, Need
from shared.cases.case import Case
from shared.cases.messages import SeekAgent
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Decision, Outgoing, Put, Record, Remove
from shared.runtime.ids import derived, joined

RANKS: Mapping[str, int] = {"critical": 0, "high": 1, "normal": 2, "low": 3}
VIEWS = "views"


def placed(before: Case | None, after: Case, now: datetime) -> Case:
    """Return the case with its place in the line, once all else that becomes of it is known."""
    held = after.assignment
    if not after.is_open:
        return replace(after, worked_by="", assignment=replace(held, slot="", place="", left_by="", passed_over={}))
    if after.worked_by or not list_of(after):
        return replace(after, assignment=replace(held, place="", passed_over={}))
    stays = before is not None and before.is_open and list_of(before) == list_of(after)
    since = held.queued_at if stays and held.queued_at else now
    waiting = replace(after, assignment=replace(held, queued_at=since))
    if before is not None and held.place and _order_of(before) == _order_of(waiting):
        return waiting
    key = joined(str(RANKS.get(after.priority, RANKS["normal"])), since.isoformat(), after.id, str(after.version))
    return replace(waiting, assignment=replace(waiting.assignment, place=key, passed_over={}))


def owed(
    before: Case | None, after: Case, decision: Decision[Case], line: Mapping[str, Any] | None, catalogue: Catalogue
) -> Decision[Case]:
    """Return the decision with what follows from a case's new place: its line, a slot that is free, a search.

    `line` is what lists show of the case; None where nothing of it has changed.
    """
    search = _search(before, after, catalogue)
    # A search must not begin before the line is written, and messages go out before that; what else was to follow can.
    moved = (decision.then,) if search and decision.then else ()
    return replace(
        decision,
        messages=(*decision.messages, *_freed(before, decision.state, after), *moved),
        records=(*decision.records, *_lines(before, after, line)),
        then=search or decision.then,
    )


def freeing(agent: str, case: str, slot: str) -> Outgoing:
    """Return the message that gives an agent's slot back."""
    return Outgoing(derived("free", slot), FreeSlot(agent, case, slot))


def line(case: Case, shown: Mapping[str, Any]) -> tuple[Put, ...]:
    """Return the case's line where it waits; none where it does not."""
    place = case.assignment.place
    return (Put(VIEWS, list_of(case), place, {"data": shown}),) if place else ()


def _lines(before: Case | None, after: Case, line: Mapping[str, Any] | None) -> tuple[Record, ...]:
    was, is_ = before.assignment.place if before else "", after.assignment.place
    left = (Remove(VIEWS, list_of(before), was),) if before and was and was != is_ else ()
    return (*left, *((Put(VIEWS, list_of(after), is_, {"data": line}),) if is_ and line is not None else ()))


def _freed(before: Case | None, decided: Case | None, after: Case) -> tuple[Outgoing, ...]:
    """Return the messages that give slots back: the one before, and one that this decision took and its SLA let go."""
    had = {case.assignment.slot: case.worked_by for case in (before, decided) if case and case.assignment.slot}
    return tuple(freeing(agent, after.id, slot) for slot, agent in had.items() if slot != after.assignment.slot)


def _search(before: Case | None, after: Case, catalogue: Catalogue) -> Outgoing | None:
    place = after.assignment.place
    if not place or (before is not None and before.assignment.place == place):
        return None
    queue = catalogue.queues.get(after.queue)
    if after.queue and (queue is None or not queue.is_automatic):
        return None
    return Outgoing(derived("seek", after.id, place), SeekAgent(after.id, place))


def need_of(case: Case) -> Need:
    """Return what a case asks of its agent."""
    return Need(case.queue, case.assignment.skills, case.assignment.left_by)


def waits_at(case: Case | None, list_: str, key: str) -> bool:
    """Tell whether a line is still right: what comes again, or crashed half-way, may leave one that never will be."""
    return case is not None and (list_of(case), case.assignment.place) == (list_, key)


def list_of(case: Case) -> str:
    """Name the list where a case waits, or would if nobody had it; empty where it was sent nowhere."""
    if case.queue:
        return list_of_queue(case.queue)
    return list_of_person(case.assignment.person) if case.assignment.person else ""


def list_of_queue(queue: str) -> str:
    """Name the list of the cases that wait in a queue: the most urgent first, then who came first."""
    return joined("waiting-in", queue)


def list_of_person(agent: str) -> str:
    """Name the list of the cases that wait for a person whom they were routed to."""
    return joined("waiting-for", agent)


def _order_of(case: Case) -> tuple[object, ...]:
    held = case.assignment
    return list_of(case), case.priority, held.queued_at, held.skills, held.left_by
