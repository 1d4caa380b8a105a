"""Moving a run: through every tile up to the next one that waits, in one step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.definitions.conditions import MISSING, Lookup, holds
from shared.definitions.journey import IfThenTile, Journey
from shared.journeys.messages import Answered, Awaited, TimeUp
from shared.journeys.run import Run, Wait
from shared.journeys.tiles import EFFECTS, Arrival, Effect
from shared.journeys.waits import forget
from shared.runtime.decision import Decision, Outgoing, Put
from shared.runtime.envelope import Message


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a step of a run rests on besides its state and its message; recorded by `inputs`."""

    journey: Journey
    contact: Mapping[str, str]
    """`contact.*`, only where the journey names it."""

    def inputs(self) -> Mapping[str, Any]:
        return {"contact": dict(self.contact)} if self.contact else {}


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a run has come to, and everything that shall happen because of it."""

    run: Run
    messages: tuple[Outgoing, ...] = ()
    raised: tuple[Outgoing, ...] = ()
    hints: tuple[Put, ...] = ()


def walk(run: Run, tile: str | None, facts: RunFacts, now: datetime) -> Walk:
    """Take the run from this tile on until it waits, exits or completes."""
    walked = Walk(run)
    while tile is not None:
        here = replace(walked.run, path=(*walked.run.path, tile))
        arrival = Arrival(here, lookup(here, facts), now)
        definition = facts.journey.tiles[tile]
        effect = EFFECTS[type(definition)](definition, arrival)
        walked = _gather(walked, here, effect)
        if effect.wait is not None:
            return replace(walked, run=replace(here, waiting=effect.wait))
        if effect.exit:
            return replace(walked, run=_ended(here, "exited", effect.exit))
        tile = effect.next
    return replace(walked, run=_ended(walked.run, "completed", ""))


def lookup(run: Run, facts: RunFacts) -> Lookup:
    """Return what the tiles of this run read: `trigger.*`, `contact.*`, `tiles.<id>.*`."""
    values = {"trigger": run.attributes, "contact": facts.contact, "tiles": run.answers}
    return reader(values)


def reader(values: Mapping[str, Any]) -> Lookup:
    def read(path: str) -> object:
        found: Any = values
        for name in path.split("."):
            if not isinstance(found, Mapping) or name not in found:
                return MISSING
            found = found[name]
        return found

    return read


def awaited_by(run: Run, token: str) -> Wait | None:
    """Return what the run waits for if this is its token: a stale one acts on a state it was not set for (I5)."""
    return run.waiting if run.waiting is not None and run.waiting.token == token else None


def answered(run: Run, message: Message[Answered], facts: RunFacts, now: datetime) -> Decision[Run]:
    """A command was answered: the answer is what later tiles see as `tiles.<id>.*`."""
    wait = awaited_by(run, message.body.token)
    if wait is None:
        return Decision()
    if message.time > wait.until:
        return _exit(run, "no_answer", facts)
    if message.body.answer.get("outcome") == "refused":
        return _exit(run, "command_refused", facts)
    known = replace(run, answers={**run.answers, wait.tile: message.body.answer})
    return _go_on(known, facts.journey.tiles[wait.tile].next, facts, now)  # type: ignore[union-attr]


def awaited(run: Run, message: Message[Awaited], facts: RunFacts, now: datetime) -> Decision[Run]:
    """An event came that the run may wait for: Yes, unless it does not fit or the limit was before it."""
    wait = awaited_by(run, message.body.token)
    if wait is None or message.body.time > wait.until:
        return Decision()
    tile = _if_then(facts.journey, wait.tile)
    event = reader({"event": message.body.attributes})
    if tile.where is not None and not holds(tile.where, _either(event, lookup(run, facts))):
        return Decision()
    return _go_on(run, tile.yes, facts, now)


def time_up(run: Run, message: Message[TimeUp], facts: RunFacts, now: datetime) -> Decision[Run]:
    """The limit was reached: No."""
    wait = awaited_by(run, message.body.token)
    if wait is None:
        return Decision()
    return _go_on(run, _if_then(facts.journey, wait.tile).no, facts, now)


def _go_on(run: Run, tile: str | None, facts: RunFacts, now: datetime) -> Decision[Run]:
    assert run.waiting is not None
    walked = walk(replace(run, waiting=None), tile, facts, now)
    return Decision(
        state=walked.run,
        outcome=walked.run.status,
        inputs=facts.inputs(),
        hints=walked.hints,
        messages=walked.messages,
        raised=walked.raised,
        records=forget(run, run.waiting),
    )


def _exit(run: Run, reason: str, facts: RunFacts) -> Decision[Run]:
    return Decision(state=_ended(run, "exited", reason), outcome="exited", inputs=facts.inputs())


def _ended(run: Run, status: str, reason: str) -> Run:
    return replace(run, status=status, reason=reason, waiting=None)


def _gather(walked: Walk, run: Run, effect: Effect) -> Walk:
    return Walk(
        run,
        walked.messages + effect.messages,
        walked.raised + effect.raised,
        walked.hints + effect.hints,
    )


def _if_then(journey: Journey, tile: str) -> IfThenTile:
    found = journey.tiles[tile]
    assert isinstance(found, IfThenTile)
    return found


def _either(first: Lookup, second: Lookup) -> Lookup:
    return lambda path: first(path) if path.startswith("event.") else second(path)
