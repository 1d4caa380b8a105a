"""Taking a run through its tiles: on and on up to the next one that waits, in one step."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.definitions.conditions import MISSING, NOW, Lookup
from shared.journeys import counting
from shared.journeys.facts import RunFacts
from shared.journeys.run import Run, delivery_id
from shared.journeys.tiles import EFFECTS, SENT, Arrival, Effect
from shared.runtime.decision import Outgoing, Put


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a run has come to, and everything that shall happen because of it."""

    run: Run
    messages: tuple[Outgoing, ...] = ()
    raised: tuple[Outgoing, ...] = ()
    hints: tuple[Put, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    look_again: bool = False


def walk(run: Run, tile: str | None, facts: RunFacts, now: datetime) -> Walk:
    """Take the run from this tile on until it waits, exits or completes."""
    walked = Walk(run)
    while tile is not None:
        here = replace(walked.run, path=(*walked.run.path, tile))
        arrival = Arrival(here, facts, lookup(here, facts, now), now, run.path)
        definition = facts.journey.tiles[tile]
        effect = EFFECTS[type(definition)](definition, arrival)
        walked = _gather(walked, here, tile, effect)
        if effect.wait is not None:
            return replace(walked, run=replace(walked.run, waiting=effect.wait), look_again=effect.look_again)
        if effect.exit:
            return replace(walked, run=ended(walked.run, "exited", effect.exit, now))
        tile = effect.next
    return replace(walked, run=ended(walked.run, "completed", "", now))


def ended(run: Run, status: str, reason: str, now: datetime) -> Run:
    return replace(run, status=status, reason=reason, waiting=None, ended_at=now)


def lookup(run: Run, facts: RunFacts, now: datetime) -> Lookup:
    """Return what the tiles of this run read: `trigger.*`, `contact.*`, `tiles.<id>.*` and the like."""
    values = {
        "trigger": run.attributes,
        "contact": facts.contact,
        "tiles": run.answers,
        "run": {"id": run.id},
        "case": facts.case,
        "device": facts.device,
        NOW: now,
    }
    known = reader(values)

    def read(path: str) -> object:
        return delivery_id(run.id, path.removeprefix(SENT)) if path.startswith(SENT) else known(path)

    return read


def reader(values: Mapping[str, Any]) -> Lookup:
    def read(path: str) -> object:
        found: Any = values
        for name in _names(path):
            if not isinstance(found, Mapping) or name not in found:
                return MISSING
            found = found[name]
        return found

    return read


def _names(path: str) -> list[str]:
    """Part a path: the id of a tile may have dots of its own."""
    if path.startswith("tiles."):
        tile, _, name = path.removeprefix("tiles.").rpartition(".")
        return ["tiles", tile, name]
    return path.split(".")


def _gather(walked: Walk, run: Run, tile: str, effect: Effect) -> Walk:
    counts = walked.counts + _counts(tile, effect)
    if effect.choice:
        run = replace(run, choices={**run.choices, tile: effect.choice})
    return Walk(
        run,
        walked.messages + effect.messages,
        walked.raised + effect.raised,
        walked.hints + effect.hints,
        counts,
    )


def _counts(tile: str, effect: Effect) -> Counter[str]:
    if effect.wait is not None:
        counts = counting.stopped_at(tile)
    elif effect.exit:
        counts = counting.left_from(tile)
    else:
        counts = counting.passed(tile)
    further = (*effect.counts, f"way:{effect.choice}") if effect.choice else effect.counts
    return counts + Counter({f"{tile}.{name}": 1 for name in further})
