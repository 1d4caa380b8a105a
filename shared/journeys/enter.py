"""Entering a journey: its rules are asked once an event, and the answer is on record, a refusal too."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.definitions.conditions import InSegment, holds, verdict_key
from shared.journeys import counting, standing
from shared.journeys.advance import following
from shared.journeys.facts import EntryFacts
from shared.journeys.messages import EnterJourney
from shared.journeys.parking import parked
from shared.journeys.run import Entries, Run
from shared.journeys.walk import lookup, walk
from shared.runtime.decision import Decision, Put
from shared.runtime.envelope import MAX_DEPTH, Message
from shared.runtime.ids import joined


def enter_first(message: Message[EnterJourney], facts: EntryFacts, now: datetime) -> Decision[Entries]:
    """The contact has never been in this journey, or its re-entry rule does not ask."""
    return _enter(None, message, facts, now)


def enter(entries: Entries, message: Message[EnterJourney], facts: EntryFacts, now: datetime) -> Decision[Entries]:
    return _enter(entries, message, facts, now)


def _enter(
    entries: Entries | None, message: Message[EnterJourney], facts: EntryFacts, now: datetime
) -> Decision[Entries]:
    journey = facts.run.journey
    if facts.run.phase == "paused":
        return parked(message)
    run = _run(message, facts.version, now)
    reason = _refused_because(entries, run, message, facts, now)
    if reason is not None:
        return _not_entered(run, reason, message.id, _inputs(entries, facts), now)
    watched = replace(run, watches=standing.watches(run, journey, lookup(run, facts.run, now)))
    walked = walk(watched, journey.first, facts.run, now)
    counts = counting.entered(walked.run)
    counts.update(walked.counts)
    is_over = walked.run.status != "running"
    # Those of a run that is over are written, too: a goal counts for days, and an exit's hint tells nobody anything.
    hints = (*walked.hints, *standing.hints(watched))
    gone = standing.no_longer(watched, standing.exits_of(watched)) if is_over else ()
    return Decision(
        state=None if run.test else Entries(now),
        blind=journey.re_entry.kind == "immediately",
        outcome="entered",
        inputs=_inputs(entries, facts),
        rows={f"run:{run.id}": walked.run},
        hints=hints,
        messages=(*walked.messages, *(standing.goal_closes(walked.run, now) if is_over else ())),
        raised=walked.raised,
        records=(*gone, counting.step_tally(walked.run, message.id, counts, now, is_listed=False)),
        then=following(walked),
        test=run.test,
    )


def _refused_because(
    entries: Entries | None, run: Run, message: Message[EnterJourney], facts: EntryFacts, now: datetime
) -> str | None:
    """Return the closed code of the first rule that refuses, None where the contact may enter."""
    known, journey = facts.run, facts.run.journey
    if known.phase != "live":
        return "not_live"
    if len(message.cause) > MAX_DEPTH:
        return "causation_depth"
    if any(known.verdicts.get(verdict_key(InSegment(segment))) for segment in journey.keeps_out()):
        return "excluded"
    if journey.entry is not None and not holds(journey.entry, lookup(run, known, now), known.verdicts):
        return "condition_not_met"
    if not message.test and not journey.re_entry.allows(entries.last if entries else None, now):
        return "re_entry"
    return None


def _not_entered(run: Run, reason: str, cause: str, inputs: Mapping[str, object], now: datetime) -> Decision[Entries]:
    line = {
        "run": run.id,
        "contact": run.contact,
        "event": run.event,
        "reason": reason,
        "at": run.entered_at.isoformat(),
    }
    refused = replace(run, status="not_entered", reason=reason)
    return Decision(
        outcome="not_entered",
        detail={"reason": reason},
        inputs=inputs,
        rows={f"run:{run.id}": refused},
        records=(
            Put("views", joined("not-entered", run.journey), joined(run.entered_at.isoformat(), run.id), line),
            counting.step_tally(refused, cause, counting.refused(reason), now, is_listed=False),
        ),
    )


def _run(message: Message[EnterJourney], version: int, now: datetime) -> Run:
    body = message.body
    return Run(
        id=body.run,
        journey=body.journey,
        version=version,
        contact=body.contact,
        event=body.event,
        attributes=body.attributes,
        entered_at=now,
        event_at=body.time,
        test=message.test,
        points_of=body.points_of,
    )


def _inputs(entries: Entries | None, facts: EntryFacts) -> dict[str, object]:
    last = entries.last.isoformat() if entries else None
    return {**facts.run.inputs(), "version": facts.version, "last_entry": last}
