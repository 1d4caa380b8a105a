"""What every decision about a case has in common: one turn of it, from the deadlines that passed to who is told.

A decide function says what becomes of the case and no more. `turned` wraps it (`begun` does where there is no case
yet): before it, the SLA's deadlines take effect that have passed; after it, the case goes where it belongs, its SLA is
looked at again, and what follows from the difference is added. Each concern has its module; this one has their order.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cases import measures, placing, promises, route, telling
from shared.cases.case import Case
from shared.cases.coverage import charges
from shared.cases.facts import CaseFacts
from shared.cases.lists import lists, shown
from shared.cases.promises import Kept
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message
from shared.sla import measures as lateness

type Decide = Callable[[Case, Message[Any], Catalogue, datetime], Decision[Case]]
type Create = Callable[[Message[Any], Catalogue, datetime], Decision[Case]]
type Turned = Callable[[Case, Message[Any], CaseFacts, datetime], Decision[Case]]
type Begun = Callable[[Message[Any], CaseFacts, datetime], Decision[Case]]


def turned(decide: Decide) -> Turned:
    """Return the decide function with all that follows from what it changes."""

    def change(case: Case, message: Message[Any], facts: CaseFacts, now: datetime) -> Decision[Case]:
        kept = promises.passed(case, facts.sla, facts.catalogue, now)
        decision = decide(kept.case, message, facts.catalogue, now)
        return _finished(case, kept, decision, message, facts, now)

    return change


def begun(create: Create) -> Begun:
    """Return the function that creates a case, with all that follows; where there is none to create, as it is."""

    def begin(message: Message[Any], facts: CaseFacts, now: datetime) -> Decision[Case]:
        decision = create(message, facts.catalogue, now)
        if decision.state is None:
            return decision
        return _finished(None, Kept(decision.state), decision, message, facts, now)

    return begin


def _finished(
    before: Case | None, kept: Kept, decision: Decision[Case], message: Message[Any], facts: CaseFacts, now: datetime
) -> Decision[Case]:
    if decision.refused is None:
        kept, decision = _arrived(before, kept, decision, message, facts, now)
    if decision.state is None and not kept.happenings:
        return _unchanged(kept.case, decision, message, now)
    after = replace(kept.case, version=before.version + 1 if before else 1, changed_at=now)
    after = placing.placed(before, after, now)
    if not decision.outcome and decision.refused is None:
        decision = replace(decision, outcome=telling.NOTED)
    return _owed(before, replace(kept, case=after), decision, message, facts, now)


def _arrived(
    before: Case | None, kept: Kept, decision: Decision[Case], message: Message[Any], facts: CaseFacts, now: datetime
) -> tuple[Kept, Decision[Case]]:
    """Send the case where it belongs, then look at its SLA again."""
    decided = decision.state or kept.case
    sent = route.arrived(before, decided, facts.catalogue, now)
    if sent is not decided:
        decision = replace(decision, detail={**decision.detail, **route.told(sent)})
    return promises.looked_at(kept, sent, facts.sla, facts.catalogue, message, now), decision


def _owed(
    before: Case | None, kept: Kept, decision: Decision[Case], message: Message[Any], facts: CaseFacts, now: datetime
) -> Decision[Case]:
    """Return the decision with what the difference between before and after owes to everybody else."""
    after = kept.case
    listed = shown(before, after)
    decision = placing.owed(before, after, decision, listed, facts.catalogue)
    line = telling.line_of(after, decision, message, now)
    return replace(
        decision,
        state=after,
        test=True if after.test else decision.test,
        rows={**decision.rows, **kept.rows, **telling.row_of(line, after), **promises.lines(kept, message, now)},
        messages=(*decision.messages, *charges(before, after)),
        raised=(*decision.raised, *telling.changed(message, before, after, now), *promises.raised(kept, now)),
        records=(
            *decision.records,
            *lists(listed, after),
            *telling.found_by(line, after),
            *promises.dues(before, after),
            *measures.tally(before, after, message.id, now, lateness.counts(kept.happenings)),
        ),
    )


def _unchanged(case: Case, decision: Decision[Case], message: Message[Any], now: datetime) -> Decision[Case]:
    """Return what was decided without another state of the case: that it was refused, or noted."""
    if not decision.outcome and decision.refused is None:
        return decision
    line = telling.line_of(case, decision, message, now)
    return replace(
        decision,
        rows={**decision.rows, **telling.row_of(line, replace(case, version=case.version + 1))},
        records=(*decision.records, *telling.found_by(line, case)),
    )
