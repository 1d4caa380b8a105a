"""Where a case is sent: by the rules when it is opened, by name when somebody moves it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cases.case import Case, lookup
from shared.definitions.catalogue import Catalogue


def arrived(before: Case | None, after: Case, catalogue: Catalogue, now: datetime) -> Case:
    """Return a case that was just opened, or opened again, where it goes; any other one as it is.

    One that somebody named a queue for goes there, others where the rules lead them: a queue that is not published
    is none, for nobody would look there. Where there are no rules, and no queue is named, it goes nowhere: that costs
    nothing.
    """
    if not after.is_open or (before is not None and before.is_open):
        return after
    if after.queue not in catalogue.queues:
        return routed(replace(after, queue=""), catalogue, now)
    if not after.assignment.rule or catalogue.routing is None:
        return sent(after, catalogue, queue=after.queue)
    return routed(after, catalogue, now)


def routed(case: Case, catalogue: Catalogue, now: datetime) -> Case:
    """Return the case where the rules lead it; as it is where there are none."""
    if catalogue.routing is None:
        return case
    rule, target = catalogue.routing.route(lookup(case, now))
    return sent(case, catalogue, rule=rule, queue=target.queue, person=target.person, skills=target.skills)


def rerouted(case: Case, catalogue: Catalogue, now: datetime) -> Case:
    """Ask the rules anew; a case that is worked on where they lead it is left alone."""
    after = routed(case, catalogue, now)
    return case if case.worked_by and _target_of(case) == _target_of(after) else after


def _target_of(case: Case) -> tuple[str, str, Mapping[str, int]]:
    return case.queue, case.assignment.person, case.assignment.skills


def sent(
    case: Case,
    catalogue: Catalogue,
    *,
    rule: str = "",
    queue: str = "",
    person: str = "",
    skills: Mapping[str, int] | None = None,
) -> Case:
    """Return the case sent to a queue or a person, away from whoever works on it."""
    asked = catalogue.queues[queue].skills if queue in catalogue.queues else {}
    owner = "" if case.worked_by and case.owner == case.worked_by else case.owner
    needed = {**asked, **(skills or {})}
    held = replace(case.assignment, rule=rule, person=person, skills=needed, place="", slot="", left_by="")
    return replace(case, queue=queue, owner=person or owner, worked_by="", assignment=held)


def told(case: Case) -> Mapping[str, Any]:
    """Return what the timeline says of where a case was sent."""
    said = {"rule": case.assignment.rule, "queue": case.queue, "person": case.assignment.person}
    return {name: value for name, value in said.items() if value}
