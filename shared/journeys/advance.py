"""Moving a run: what comes to it is a step, or changes nothing."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.definitions.conditions import InSegment, Lookup, holds, verdict_key
from shared.definitions.states import FINAL
from shared.definitions.tiles import ActivateTile, IfThenTile, Match, WaitTile
from shared.journeys import counting, standing
from shared.journeys.facts import RunFacts
from shared.journeys.messages import Answered, Awaited, EndRun, LookAgain, TimeUp
from shared.journeys.parking import parked
from shared.journeys.run import Run, Wait, Watch
from shared.journeys.waits import forget
from shared.journeys.walk import Walk, ended, lookup, reader, walk
from shared.runtime.decision import Decision, Outgoing, Record
from shared.runtime.envelope import Message
from shared.runtime.ids import derived


def awaited_by(run: Run, token: str) -> Wait | None:
    """Return what the run waits for if this is its token: a stale one acts on a state it was not set for (I5)."""
    return run.waiting if run.waiting is not None and run.waiting.token == token else None


def watched_by(run: Run, token: str) -> Watch | None:
    """Return the exit or goal of the run that has this token."""
    return next((watch for watch in run.watches if watch.token == token), None)


def answered(run: Run, message: Message[Answered], facts: RunFacts, now: datetime) -> Decision[Run]:
    """A command was answered: the answer is what later tiles see as `tiles.<id>.*`."""
    wait = awaited_by(run, message.body.token)
    if wait is None:
        return Decision()
    if facts.phase == "paused":
        return parked(message)
    if message.time > wait.until:
        return _exit(run, message, "no_answer", facts, now)
    if message.body.answer.get("outcome") == "refused":
        return _exit(run, message, "command_refused", facts, now)
    tile = facts.journey.tiles[wait.tile]
    assert isinstance(tile, ActivateTile)
    known = replace(run, answers={**run.answers, wait.tile: message.body.answer})
    return _go_on(known, message, tile.next, facts, now)


def awaited(run: Run, message: Message[Awaited], facts: RunFacts, now: datetime) -> Decision[Run]:
    """An event came that the run may wait for: Yes, unless it does not fit or the limit was before it.

    What started the run, or moved it before, is no news to it: an event that is told again finds the waits that it
    has led to. Where it takes the run out, too, it does only that; where it is the goal, that counts in any order.
    """
    body = message.body
    watch, wait = watched_by(run, body.token), awaited_by(run, body.token)
    is_goal = watch is not None and watch.kind == "goal"
    if body.event == run.event or (body.event in run.moved_by and not is_goal):
        return Decision()
    if message.test and not run.test:
        return Decision()  # what is only tried out moves nobody who means it
    if watch is not None:
        return _watched(run, watch, message, facts, now)
    if wait is None and run.status != "running":
        return Decision(records=forget(run, body.token, body.hint))  # put again by what came again
    if wait is None or body.time > wait.until:
        return Decision()
    if facts.phase == "paused":
        return parked(message)
    if (left := _left(run, message, facts, now)) is not None:
        return left
    tile = facts.journey.tiles[wait.tile]
    assert isinstance(tile, IfThenTile)
    if not _fits(run, body, tile.match, tile.segment, facts, now):
        return Decision()
    moved = replace(run, moved_by=(*run.moved_by, body.event))
    return _go_on(moved, message, tile.yes, facts, now, way="yes")


def look_again(run: Run, message: Message[LookAgain], facts: RunFacts, now: datetime) -> Decision[Run]:
    """What the run has just begun to wait for was so before: nobody will tell it again."""
    wait = awaited_by(run, message.body.token)
    if wait is None:
        return Decision()
    if facts.phase == "paused":
        return parked(message)
    if not facts.happened:
        return Decision()
    tile = facts.journey.tiles[wait.tile]
    assert isinstance(tile, IfThenTile)
    return _go_on(run, message, tile.yes, facts, now, way="yes")


def time_up(run: Run, message: Message[TimeUp], facts: RunFacts, now: datetime) -> Decision[Run]:
    """The limit was reached: No; or a time to wait for has come; or a goal is no longer looked for."""
    goal = watched_by(run, message.body.token)
    if goal is not None:
        return Decision(records=standing.no_longer(run, (goal,)))
    wait = awaited_by(run, message.body.token)
    if wait is None:
        return Decision()
    if facts.phase == "paused":
        return parked(message)
    tile = facts.journey.tiles[wait.tile]
    if isinstance(tile, ActivateTile):
        return _exit(run, message, "no_answer", facts, now)  # told by a repair only: an answer has no timer
    assert isinstance(tile, IfThenTile | WaitTile)
    if isinstance(tile, WaitTile):
        return _go_on(run, message, tile.next, facts, now)
    return _go_on(run, message, tile.no, facts, now, way="no")


def end_run(run: Run, message: Message[EndRun], facts: RunFacts, now: datetime) -> Decision[Run]:
    """Take the run out; one that has ended leaves the list of those that wait."""
    if run.status != "running":
        return Decision(records=(counting.unlisted(run),))
    return _exit(run, message, message.body.reason, facts, now)


def _left(run: Run, message: Message[Awaited], facts: RunFacts, now: datetime) -> Decision[Run] | None:
    """Take the run out where one of its exits is about the same event."""
    watched = [watched_by(run, token) for token in message.body.also]
    exits = [watch for watch in watched if watch is not None and watch.kind == "exit"]
    decisions = (_watched(run, exit_, message, facts, now) for exit_ in exits)
    return next((decision for decision in decisions if decision.state is not None), None)


def _watched(run: Run, watch: Watch, message: Message[Awaited], facts: RunFacts, now: datetime) -> Decision[Run]:
    """An exit ends a running run; the goal counts until some days after the end, whatever the journey does."""
    if watch.kind == "exit" and run.status != "running":
        return Decision(records=standing.no_longer(run, (watch,)))
    if message.body.time < run.entered_at:
        return Decision()
    if watch.kind == "exit" and facts.phase == "paused":
        return parked(message)  # before it is asked whether it fits: while a journey is paused nothing is found out
    match = standing.match_of(facts.journey, watch)
    segment = "" if match else facts.journey.exits[watch.rule].segment
    if not _fits(run, message.body, match, segment, facts, now):
        return Decision()
    if watch.kind == "goal":
        return _reach_goal(run, watch, message)
    return _exit(run, message, facts.journey.exits[watch.rule].reason, facts, now)


def _reach_goal(run: Run, watch: Watch, message: Message[Awaited]) -> Decision[Run]:
    closed = run.ended_at is not None and message.body.time > run.ended_at + standing.GOAL_COUNTS_FOR
    if run.goal_at is not None or closed:
        return Decision(records=standing.no_longer(run, (watch,)))
    records: tuple[Record, ...] = standing.no_longer(run, (watch,))
    if not run.test:
        records = (*records, counting.goal_tally(run))
    return Decision(state=replace(run, goal_at=message.body.time), outcome="goal_reached", records=records)


def _fits(run: Run, event: Awaited, match: Match | None, segment: str, facts: RunFacts, now: datetime) -> bool:
    if match is None:
        return bool(facts.verdicts.get(verdict_key(InSegment(segment))))
    return match.where is None or holds(match.where, _either(event, lookup(run, facts, now)), facts.verdicts)


def _either(event: Awaited, other: Lookup) -> Lookup:
    said = reader({"event": event.attributes})
    return lambda path: said(path) if path.startswith("event.") else other(path)


def _go_on(
    run: Run, message: Message[Any], tile: str | None, facts: RunFacts, now: datetime, way: str = ""
) -> Decision[Run]:
    """Leave the tile where the run waits, by the way of this name if it has several, and walk on from this one."""
    assert run.waiting is not None
    if facts.phase in FINAL:
        return _exit(run, message, "journey_stopped", facts, now)
    left = run.waiting
    walked = walk(replace(run, waiting=None), tile, facts, now)
    counts = counting.went_on(left.tile, way)
    counts.update(walked.counts)
    return _step(run, walked, message, counts, facts, now)


def _exit(run: Run, message: Message[Any], reason: str, facts: RunFacts, now: datetime) -> Decision[Run]:
    counts = counting.taken_out(run.waiting.tile) if run.waiting else Counter[str]()
    return _step(run, Walk(ended(run, "exited", reason, now)), message, counts, facts, now)


def _step(
    before: Run, walked: Walk, message: Message[Any], counts: Counter[str], facts: RunFacts, now: datetime
) -> Decision[Run]:
    after = walked.run
    records: tuple[Record, ...] = ()
    messages = walked.messages
    if before.waiting is not None:
        records += forget(before, before.waiting.token, before.waiting.hint)
    if after.status != "running":
        counts.update(counting.ended(after))
        records += standing.no_longer(after, standing.exits_of(after))
        messages += standing.goal_closes(after, now)
    return Decision(
        state=after,
        outcome=after.status,
        inputs=facts.inputs(),
        hints=walked.hints,
        messages=messages,
        raised=walked.raised,
        records=(*records, counting.step_tally(after, message.id, counts, now)),
        then=following(walked),
        test=after.test,
    )


def following(walked: Walk) -> Outgoing | None:
    """Return the look at what the run has just begun to wait for, where that may be so already."""
    run = walked.run
    if not walked.look_again or run.waiting is None:
        return None
    body = LookAgain(run.journey, run.contact, run.id, run.waiting.token)
    return Outgoing(derived("look", run.waiting.token), body)
