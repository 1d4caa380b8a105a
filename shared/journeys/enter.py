"""Entering a journey: its rules are asked once an event, and the answer is on record, a refusal too."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.definitions.catalogue import Published
from shared.definitions.conditions import holds
from shared.journeys.advance import RunFacts, lookup, walk
from shared.journeys.messages import EnterJourney
from shared.journeys.run import Entries, Run
from shared.runtime.decision import Decision, Put
from shared.runtime.envelope import MAX_DEPTH, Message
from shared.runtime.ids import joined


@dataclass(frozen=True, slots=True)
class EntryFacts:
    published: Published
    run: RunFacts


def enter_first(message: Message[EnterJourney], facts: EntryFacts, now: datetime) -> Decision[Entries]:
    """The contact has never been in this journey, or its re-entry rule does not ask."""
    return _enter(None, message, facts, now)


def enter(entries: Entries, message: Message[EnterJourney], facts: EntryFacts, now: datetime) -> Decision[Entries]:
    return _enter(entries, message, facts, now)


def _enter(
    entries: Entries | None, message: Message[EnterJourney], facts: EntryFacts, now: datetime
) -> Decision[Entries]:
    run = _run(message, facts.published, now)
    reason = _refused_because(entries, run, message, facts, now)
    if reason is not None:
        return _not_entered(run, reason, _inputs(entries, facts))
    walked = walk(run, facts.published.journey.first, facts.run, now)
    return Decision(
        state=Entries(now),
        blind=facts.published.journey.re_entry.kind == "immediately",
        outcome="entered",
        inputs=_inputs(entries, facts),
        rows={f"run:{run.id}": walked.run},
        hints=walked.hints,
        messages=walked.messages,
        raised=walked.raised,
    )


def _refused_because(
    entries: Entries | None, run: Run, message: Message[EnterJourney], facts: EntryFacts, now: datetime
) -> str | None:
    """Return the closed code of the first rule that refuses, None where the contact may enter."""
    published = facts.published
    if published.state == "stopped" or now < published.live_from:
        return "not_live"
    if len(message.cause) > MAX_DEPTH:
        return "causation_depth"
    entry = published.journey.entry
    if entry is not None and not holds(entry, lookup(run, facts.run)):
        return "condition_not_met"
    if not published.journey.re_entry.allows(entries.last if entries else None, now):
        return "re_entry"
    return None


def _not_entered(run: Run, reason: str, inputs: Mapping[str, object]) -> Decision[Entries]:
    line = {
        "run": run.id,
        "contact": run.contact,
        "event": run.event,
        "reason": reason,
        "at": run.entered_at.isoformat(),
    }
    return Decision(
        outcome="not_entered",
        detail={"reason": reason},
        inputs=inputs,
        rows={f"run:{run.id}": replace(run, status="not_entered", reason=reason)},
        records=(Put("views", joined("not-entered", run.journey), joined(run.entered_at.isoformat(), run.id), line),),
    )


def _run(message: Message[EnterJourney], published: Published, now: datetime) -> Run:
    body = message.body
    return Run(
        id=body.run,
        journey=body.journey,
        version=published.version,
        contact=body.contact,
        event=body.event,
        attributes=body.attributes,
        entered_at=now,
    )


def _inputs(entries: Entries | None, facts: EntryFacts) -> dict[str, object]:
    published = facts.published
    return {
        **facts.run.inputs(),
        "version": published.version,
        "state": published.state,
        "live_from": published.live_from.isoformat(),
        "last_entry": entries.last.isoformat() if entries else None,
    }
