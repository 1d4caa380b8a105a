"""What each kind of tile does when a run arrives at it: one function a kind, in one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.definitions.business_time import opens_at
from shared.definitions.conditions import MISSING, InSegment, Lookup, holds, verdict_key
from shared.definitions.mapping import Path, resolve, text_of, value_of
from shared.definitions.tile_reader import LONGEST_WAIT
from shared.definitions.tiles import (
    ActivateTile,
    BranchTile,
    ChannelTile,
    ExitTile,
    ExperimentTile,
    IfThenTile,
    Match,
    SendTile,
    SplitTile,
    TaskTile,
    WaitTile,
)
from shared.deliveries.messages import SEND
from shared.events.messages import TriggerFired
from shared.journeys import choices
from shared.journeys.commands import BY_TILES, JOURNEYS
from shared.journeys.facts import RunFacts
from shared.journeys.messages import Answered, TimeUp
from shared.journeys.run import Run, Wait, delivery_id
from shared.journeys.waits import hint, place_of
from shared.runtime.decision import Outgoing, Put
from shared.runtime.envelope import ReplyTo
from shared.runtime.ids import derived, joined
from shared.tasks.messages import CreateTask

SENT = "sent."
"""Paths of the run's own messages: `sent.<tile>` is the id of the delivery."""
ANSWER_WITHIN = timedelta(minutes=15)
"""An answer given later ends the run as `no_answer` (DOMAIN.md 2)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A run at a tile, with all the tile may look at."""

    run: Run
    facts: RunFacts
    lookup: Lookup
    now: datetime
    before: tuple[str, ...] = ()
    """The tiles of its earlier steps."""

    def visit(self, tile: str) -> str:
        """Name this arrival at the tile: a run that was moved to another version may come by a tile again."""
        return joined(tile, str(len(self.run.path)))


@dataclass(frozen=True, slots=True)
class Effect:
    """What the tile does. With neither `wait` nor `exit` the run goes on to `next`."""

    next: str | None = None
    wait: Wait | None = None
    exit: str = ""
    choice: str = ""
    """Which of its ways the run takes, where that is worth remembering."""
    counts: tuple[str, ...] = ()
    """Further counters of the tile to add one to."""
    look_again: bool = False
    """What it waits for may be so already: to be looked at once the wait is committed."""
    messages: tuple[Outgoing, ...] = ()
    raised: tuple[Outgoing, ...] = ()
    hints: tuple[Put, ...] = ()


def send(tile: SendTile, at: Arrival) -> Effect:
    """Ask for one message; the run does not wait for it, and goes on whatever becomes of it."""
    run = at.run
    delivery = delivery_id(run.id, tile.id)
    values: dict[str, Any] = {
        "trigger": dict(run.attributes),
        "tiles": {key: dict(run.answers[key]) for key in run.answers},
    }
    case = None
    if tile.ticket is not None:
        case, number = (text_of(value_of(source, at.lookup)) for source in (tile.ticket.case, tile.ticket.number))
        values["ticket"] = {"number": number}
    body = SEND[tile.channel](
        delivery=delivery,
        contact=run.contact,
        template=tile.template,
        values=values,
        case=case,
        journey=run.journey,
        version=run.version,
        run=run.id,
        tile=tile.id,
        points_of=run.points_of,
    )
    return Effect(next=tile.next, messages=(Outgoing(delivery, body),))


def activate(tile: ActivateTile, at: Arrival) -> Effect:
    """Raise a custom trigger; one that names a command is sent as that command, and the run waits for its answer.

    A run that was moved and comes by again has the answer.
    """
    attributes = resolve(tile.attributes, at.lookup)
    identity = derived("activation", at.run.id, tile.id)
    if tile.command is None:
        fired = TriggerFired(tile.trigger, attributes, at.now, source=JOURNEYS, contact=at.run.contact)
        return Effect(next=tile.next, raised=(Outgoing(identity, fired),))
    if tile.id in at.run.answers:
        return Effect(next=tile.next)
    wait = Wait(derived("answer", identity), tile.id, at.now + ANSWER_WITHIN)
    command = BY_TILES[tile.command](identity, attributes, at.run)
    return Effect(wait=wait, messages=(Outgoing(identity, command, reply_to=_reply_to(at.run, wait)),))


def wait(tile: WaitTile, at: Arrival) -> Effect:
    """Wait until a time; one that has passed does not hold the run up."""
    until = _wanted(tile, at)
    if until is None:
        return Effect(exit="no_date")
    if until > at.now + LONGEST_WAIT:
        return Effect(exit="wait_too_long")
    until = max(until, at.now)
    if tile.calendar:
        until = opens_at(at.facts.calendars[tile.calendar], until)
    if until <= at.now:
        return Effect(next=tile.next)
    waiting = Wait(derived("wait", at.run.id, at.visit(tile.id)), tile.id, until)
    return Effect(wait=waiting, messages=(_limit(at.run, waiting),))


def if_then(tile: IfThenTile, at: Arrival) -> Effect:
    """Wait for an event, or to be in a segment, up to a limit."""
    if tile.segment and at.facts.verdicts.get(verdict_key(InSegment(tile.segment))):
        return Effect(next=tile.yes, counts=("way:yes",))
    run = at.run
    token = derived("wait", run.id, at.visit(tile.id))
    where = place_of(tile.match, run, at.lookup)
    waiting = Wait(token, tile.id, at.now + tile.within, where)
    return Effect(
        wait=waiting,
        look_again=tile.match is None or _may_have_happened(tile.match, at),
        messages=(_limit(run, waiting),),
        hints=(hint(run, token, where),) if where else (),
    )


def branch(tile: BranchTile, at: Arrival) -> Effect:
    """Take the first case that holds at the instant of arrival."""
    for number, case in enumerate(tile.cases, 1):
        if holds(case.when, at.lookup, at.facts.verdicts):
            return Effect(next=case.next, counts=(f"way:{number}",))
    return Effect(next=tile.otherwise, counts=("way:otherwise",))


def split(tile: SplitTile, at: Arrival) -> Effect:
    number = choices.share(tile, at.run.journey, at.run.contact)
    return Effect(next=tile.shares[number - 1].next, choice=str(number))


def experiment(tile: ExperimentTile, at: Arrival) -> Effect:
    """Take the way that has won, else the one that this contact tries out."""
    way = at.facts.winners.get(tile.id) or choices.arm(tile, at.run.journey, at.run.contact)
    return Effect(next=tile.a if way == "a" else tile.b, choice=way)


def best_channel(tile: ChannelTile, at: Arrival) -> Effect:
    channel, is_control = choices.channel(tile, at.run.journey, at.run.contact, at.facts.channels)
    if channel is None:
        return Effect(next=tile.otherwise, choice="none")
    return Effect(next=tile.ways[channel], choice=channel, counts=("control",) if is_control else ())


def create_task(tile: TaskTile, at: Arrival) -> Effect:
    """Give somebody something to do; the run goes on."""
    run = at.run
    task = derived("task", run.id, tile.id)
    case = text_of(value_of(tile.ticket.case, at.lookup)) if tile.ticket else None
    body = CreateTask(
        task, tile.subject, run.contact, tile.owner, tile.name, at.now + tile.due, case, run.journey, run.id
    )
    return Effect(next=tile.next, messages=(Outgoing(task, body),))


def leave(tile: ExitTile, _at: Arrival) -> Effect:
    return Effect(exit=tile.reason)


EFFECTS: Mapping[type[Any], Callable[[Any, Arrival], Effect]] = {
    SendTile: send,
    ActivateTile: activate,
    WaitTile: wait,
    IfThenTile: if_then,
    BranchTile: branch,
    SplitTile: split,
    ExperimentTile: experiment,
    ChannelTile: best_channel,
    TaskTile: create_task,
    ExitTile: leave,
}


def _reply_to(run: Run, wait: Wait) -> ReplyTo:
    address = {"journey": run.journey, "contact": run.contact, "run": run.id, "token": wait.token}
    return ReplyTo(Answered.queue, Answered.kind, address)


def _limit(run: Run, wait: Wait) -> Outgoing:
    """Say when the wait is over, at that time."""
    body = TimeUp(run.journey, run.contact, run.id, wait.token)
    return Outgoing(derived("limit", wait.token), body, at=wait.until)


def _wanted(tile: WaitTile, at: Arrival) -> datetime | None:
    """Return until when the tile wants to wait; None where the attribute that says so has no date."""
    if tile.duration is not None:
        return at.now + tile.duration
    if tile.moment is not None:
        return tile.moment
    value = value_of(tile.attribute, at.lookup) if tile.attribute else MISSING
    try:
        moment = datetime.fromisoformat(str(value))
        return moment + tile.offset if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _may_have_happened(match: Match, at: Arrival) -> bool:
    """Whether the message that an interaction is about was sent in an earlier step, so that it may be answered."""
    sent = match.value.path if isinstance(match.value, Path) else ""
    return sent.startswith(SENT) and sent.removeprefix(SENT) in at.before
