"""Deciding a run's recorded inputs once more (I9)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shared.definitions.catalogue import Published
from shared.definitions.journey import Journey
from shared.journeys.advance import RunFacts, answered, awaited, time_up
from shared.journeys.enter import EntryFacts, enter, enter_first
from shared.journeys.messages import Answered, Awaited, EnterJourney, TimeUp
from shared.journeys.run import Entries, Run
from shared.runtime.codec import plain, typed
from shared.runtime.envelope import Message
from shared.runtime.step import Outbox, Step
from tests.simulation.world import documents

DECIDE: dict[str, tuple[type[Any], Any]] = {
    Answered.kind: (Answered, answered),
    Awaited.kind: (Awaited, awaited),
    TimeUp.kind: (TimeUp, time_up),
}


def replayed(stored: dict[str, Any], steps: list[dict[str, Any]]) -> Iterator[str]:
    """Yield where the decisions of today differ from those on record."""
    journey = _journey(stored["journey"], stored["version"])
    state: Run | None = None
    for data in steps:
        step = typed(Step, data)
        facts = RunFacts(journey, step.inputs.get("contact", {}))
        if step.kind == EnterJourney.kind:
            state, outbox = _entered(step, facts)
        else:
            body_type, decide = DECIDE[step.kind]
            message = _message(step, body_type)
            decision = decide(state, message, facts, step.at)
            state, outbox = decision.state or state, Outbox.of(decision, message, step.at)
        if outbox != step.outbox:
            yield f"{step.kind} sends {outbox} now, sent {step.outbox}"
    if plain(state) != stored:
        yield f"ends as {plain(state)}, ended as {stored}"


def _journey(name: str, version: int) -> Journey:
    """Return the version that the run began with; what did not change has the first one only."""
    first, second = documents(1).journeys, documents(2).journeys
    return first[name] if version == 1 and name in first else second[name]


def _entered(step: Step, facts: RunFacts) -> tuple[Run, Outbox]:
    inputs = step.inputs
    live_from = datetime.fromisoformat(inputs["live_from"])
    published = Published(facts.journey, inputs["version"], inputs["state"], live_from)
    message = _message(step, EnterJourney)
    entry = EntryFacts(published, facts)
    if inputs["last_entry"] is None:
        decision = enter_first(message, entry, step.at)
    else:
        decision = enter(Entries(datetime.fromisoformat(inputs["last_entry"])), message, entry, step.at)
    [run] = decision.rows.values()
    assert isinstance(run, Run)
    return run, Outbox.of(decision, message, step.at)


def _message[B](step: Step, body_type: type[B]) -> Message[B]:
    return Message(step.cause, step.time, typed(body_type, step.body), step.chain)
