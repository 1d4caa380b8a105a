"""What each kind of tile does when a run arrives at it: one function a kind, in one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.cases.messages import OpenCase
from shared.definitions.conditions import MISSING, Lookup, holds
from shared.definitions.journey import ActivateTile, BranchTile, ExitTile, IfThenTile, SendTile
from shared.definitions.mapping import resolve, value_of
from shared.deliveries.messages import SEND
from shared.events.messages import TriggerFired
from shared.journeys.messages import Answered, TimeUp
from shared.journeys.run import Run, Wait
from shared.journeys.waits import hint, hint_partition
from shared.runtime.decision import Outgoing, Put
from shared.runtime.envelope import Body, ReplyTo
from shared.runtime.ids import derived

ANSWER_WITHIN = timedelta(minutes=15)
"""An answer given later ends the run as `no_answer` (DOMAIN.md 2)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A run at a tile, with all the tile may look at."""

    run: Run
    lookup: Lookup
    now: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """What the tile does. With neither `wait` nor `exit` the run goes on to `next`."""

    next: str | None = None
    wait: Wait | None = None
    exit: str = ""
    messages: tuple[Outgoing, ...] = ()
    raised: tuple[Outgoing, ...] = ()
    hints: tuple[Put, ...] = ()


def send(tile: SendTile, at: Arrival) -> Effect:
    """Ask for one message; the run does not wait for it, and goes on whatever becomes of it."""
    run = at.run
    delivery = derived("delivery", run.id, tile.id)
    values: dict[str, Any] = {
        "trigger": dict(run.attributes),
        "tiles": {key: dict(run.answers[key]) for key in run.answers},
    }
    case = None
    if tile.ticket is not None:
        case, number = (_known(value_of(source, at.lookup)) for source in (tile.ticket.case, tile.ticket.number))
        values["ticket"] = {"number": number}
    body = SEND[tile.channel](
        delivery, run.contact, tile.template, values, case, run.journey, run.version, run.id, tile.id
    )
    return Effect(next=tile.next, messages=(Outgoing(delivery, body),))


def activate(tile: ActivateTile, at: Arrival) -> Effect:
    """Raise a custom trigger; one that names a command is sent as that command, and the run waits for its answer."""
    attributes = resolve(tile.attributes, at.lookup)
    identity = derived("activation", at.run.id, tile.id)
    if tile.command is None:
        fired = TriggerFired(tile.trigger, attributes, at.now, source="carebus/journeys", contact=at.run.contact)
        return Effect(next=tile.next, raised=(Outgoing(identity, fired),))
    wait = Wait(derived("answer", identity), tile.id, at.now + ANSWER_WITHIN)
    command = COMMANDS[tile.command](identity, attributes, at)
    return Effect(wait=wait, messages=(Outgoing(identity, command, reply_to=_reply_to(at.run, wait)),))


def branch(tile: BranchTile, at: Arrival) -> Effect:
    """Take the first case that holds at the instant of arrival."""
    for case in tile.cases:
        if holds(case.when, at.lookup):
            return Effect(next=case.next)
    return Effect(next=tile.otherwise)


def if_then(tile: IfThenTile, at: Arrival) -> Effect:
    """Wait for a trigger up to a limit; where the run has no value to recognise it by, only the limit can come."""
    run = at.run
    value = run.contact if tile.value is None else _known(value_of(tile.value, at.lookup))
    token = derived("wait", run.id, tile.id)
    where = hint_partition(tile.trigger, tile.by, value) if value is not None else ""
    wait = Wait(token, tile.id, at.now + tile.within, where)
    timer = Outgoing(derived("limit", token), TimeUp(run.journey, run.contact, run.id, token), at=wait.until)
    return Effect(wait=wait, messages=(timer,), hints=(hint(run, wait),) if where else ())


def leave(tile: ExitTile, _at: Arrival) -> Effect:
    return Effect(exit=tile.reason)


EFFECTS: Mapping[type[Any], Callable[[Any, Arrival], Effect]] = {
    SendTile: send,
    ActivateTile: activate,
    BranchTile: branch,
    IfThenTile: if_then,
    ExitTile: leave,
}


def _open_case(identity: str, attributes: Mapping[str, Any], at: Arrival) -> Body:
    code = attributes.get("error_code")
    return OpenCase(
        case=derived("case", identity),
        contact=at.run.contact,
        title=f"Device error {code}" if code is not None else "Request",
        priority=attributes.get("priority", "normal"),
        device=attributes.get("device"),
        error_code=code,
        seen=at.run.entered_at,
    )


COMMANDS: Mapping[str, Callable[[str, Mapping[str, Any], Arrival], Body]] = {"open_case": _open_case}
"""Command that a trigger names to the message that gives it."""


def _reply_to(run: Run, wait: Wait) -> ReplyTo:
    address = {"journey": run.journey, "contact": run.contact, "run": run.id, "token": wait.token}
    return ReplyTo(Answered.queue, Answered.kind, address)


def _known(value: object) -> str | None:
    return None if value is MISSING or value is None else str(value)
