"""Moving a waiting run to another version of its journey: only ever by an explicit command."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.definitions.journey import Journey
from shared.definitions.tiles import IfThenTile
from shared.journeys import counting, standing
from shared.journeys.facts import RunFacts
from shared.journeys.messages import LookAgain, MoveRun
from shared.journeys.run import Run, Wait
from shared.journeys.waits import forget, hint, place_of
from shared.journeys.walk import lookup
from shared.runtime.decision import Decision, Outgoing, Put, Record
from shared.runtime.envelope import Message
from shared.runtime.ids import derived


def landing(journey: Journey, held: Journey, tile: str, places: Mapping[str, str]) -> str | None:
    """Return the tile where a run that waits at `tile` would wait in this version; None: it stays where it is.

    It must be of the same kind, and for a command the same one: what the run waits for is on its way already.
    """
    wanted = places.get(tile, tile)
    found, before = journey.tiles.get(wanted), held.tiles[tile]
    if found is None or type(found) is not type(before):
        return None
    return wanted if getattr(found, "command", None) == getattr(before, "command", None) else None


def move_run(run: Run, message: Message[MoveRun], facts: RunFacts, now: datetime) -> Decision[Run]:
    """Let the run wait on in the other version: for what that version waits for, until the time it has."""
    body, journey = message.body, facts.journey
    if run.status != "running":
        return Decision(records=(counting.unlisted(run),))
    if run.waiting is None or run.version == body.version or facts.held is None:
        return Decision()
    tile = landing(journey, facts.held, run.waiting.tile, body.places)
    if tile is None:
        return Decision(outcome="not_moved", detail={"reason": "no_such_tile", "tile": run.waiting.tile})
    seen = lookup(run, facts, now)
    watches = standing.watches(run, journey, seen)
    waiting, hints = _waiting(run, journey, tile, facts, now)
    moved = replace(run, version=body.version, waiting=waiting, watches=watches, path=(*run.path[:-1], tile))
    kept = {watch.token for watch in watches}
    gone = standing.no_longer(run, (watch for watch in run.watches if watch.token not in kept))
    if waiting.hint != run.waiting.hint:
        gone += forget(run, run.waiting.token, run.waiting.hint)
    return Decision(
        state=moved,
        outcome="moved",
        detail={"from": run.version, "to": body.version, "tile": tile},
        inputs=facts.inputs(),
        hints=(*hints, *standing.hints(moved)),
        records=(*gone, *_tallies(run, moved, message.id, now)),
        then=_look(moved, waiting) if isinstance(journey.tiles[tile], IfThenTile) else None,
        test=run.test,
    )


def _waiting(run: Run, journey: Journey, tile: str, facts: RunFacts, now: datetime) -> tuple[Wait, tuple[Put, ...]]:
    assert run.waiting is not None
    definition = journey.tiles[tile]
    place = run.waiting.hint
    if isinstance(definition, IfThenTile):
        seen = lookup(run, facts, now)
        place = place_of(definition.match, run, seen)
    wait = replace(run.waiting, tile=tile, hint=place)
    return wait, (hint(run, wait.token, place),) if place else ()


def _look(run: Run, wait: Wait) -> Outgoing:
    """What it waits for now may be so already."""
    body = LookAgain(run.journey, run.contact, run.id, wait.token)
    return Outgoing(derived("look", wait.token, str(run.version)), body)


def _tallies(before: Run, after: Run, cause: str, now: datetime) -> tuple[Record, ...]:
    """Count it out of one version and into the other."""
    assert before.waiting is not None
    assert after.waiting is not None
    out = counting.taken_out(before.waiting.tile)
    out.update(Counter({".running": -1, ".exited": 1, ".exited:moved": 1}))
    into = counting.stopped_at(after.waiting.tile)
    into.update(Counter({".entered": 1, ".running": 1}))
    return (
        replace(counting.step_tally(before, f"{cause}-out", out, now), lines={}),
        counting.step_tally(after, f"{cause}-in", into, now),
    )
