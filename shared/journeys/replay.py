"""Deciding a run once more from what is on record: its messages, facts and times must lead to the same (I9)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.definitions.calendar import Calendar
from shared.definitions.journey import Journey
from shared.journeys.advance import answered, awaited, end_run, look_again, time_up
from shared.journeys.enter import enter, enter_first
from shared.journeys.facts import EntryFacts, RunFacts
from shared.journeys.messages import Answered, Awaited, EndRun, EnterJourney, LookAgain, MoveRun, TimeUp
from shared.journeys.move import move_run
from shared.journeys.run import Entries, Run
from shared.runtime.codec import plain, typed
from shared.runtime.envelope import Message
from shared.runtime.step import Outbox, Step

DECIDE: Mapping[str, tuple[type[Any], Any]] = {
    Answered.kind: (Answered, answered),
    Awaited.kind: (Awaited, awaited),
    TimeUp.kind: (TimeUp, time_up),
    LookAgain.kind: (LookAgain, look_again),
    EndRun.kind: (EndRun, end_run),
    MoveRun.kind: (MoveRun, move_run),
}


@dataclass(frozen=True, slots=True)
class Library:
    """Where versions are found: a journey's and a calendar's, by name and number."""

    journey: Callable[[str, int], Awaitable[Journey]]
    calendar: Callable[[str, int], Awaitable[Calendar]]


async def differences(stored: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], library: Library) -> list[str]:
    """Return where today's decisions differ from those on record; empty where all are the same.

    `stored` is the run's row, `steps` are the rows of its steps in their order, as plain data.
    """
    found = []
    state: Run | None = None
    for data in steps:
        step = typed(Step, data)
        version = step.inputs.get("version", state.version if state else 0)
        journey = await library.journey(stored["journey"], version)
        facts = await _facts(step, journey, library)
        if step.kind == EnterJourney.kind:
            state, outbox = _entered(step, facts, version, stored["test"])
        else:
            body_type, decide = DECIDE[step.kind]
            message = _message(step, body_type, stored["test"])
            if isinstance(message.body, MoveRun):
                target = await library.journey(stored["journey"], message.body.version)
                facts = replace(facts, journey=target, held=journey)
            decision = decide(state, message, facts, step.at)
            state, outbox = decision.state or state, Outbox.of(decision, message, step.at)
        if outbox != step.outbox:
            found.append(f"{step.kind} at {step.at.isoformat()} would send something else today")
    if plain(state) != stored:
        found.append(f"the run would stand elsewhere today: {_told(plain(state), stored)}")
    return found


async def _facts(step: Step, journey: Journey, library: Library) -> RunFacts:
    inputs = step.inputs
    calendars = inputs.get("calendars", {})
    return RunFacts(
        journey,
        contact=inputs.get("contact", {}),
        verdicts=inputs.get("verdicts", {}),
        case=inputs.get("case", {}),
        device=inputs.get("device", {}),
        winners=inputs.get("winners", {}),
        channels=inputs.get("channels", {}),
        calendars={name: await library.calendar(name, version) for name, version in calendars.items()},
        calendar_versions=calendars,
        happened=inputs.get("happened", False),
        phase=inputs.get("phase", "live"),
    )


def _entered(step: Step, facts: RunFacts, version: int, is_test: bool) -> tuple[Run, Outbox]:
    message = _message(step, EnterJourney, is_test=is_test)
    last = step.inputs["last_entry"]
    entry = EntryFacts(version, facts)
    if last is None:
        decision = enter_first(message, entry, step.at)
    else:
        decision = enter(Entries(datetime.fromisoformat(last)), message, entry, step.at)
    [run] = decision.rows.values()
    assert isinstance(run, Run)
    return run, Outbox.of(decision, message, step.at)


def _message[B](step: Step, body_type: type[B], is_test: bool) -> Message[B]:
    return Message(step.cause, step.time, typed(body_type, step.body), step.chain, test=is_test)


def _told(now: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    return ", ".join(name for name in then if now.get(name) != then[name])
