"""An address that somebody writes to us from: how much came of late, and what became of each message.

Its partition is named after a hash of the address, and all that is personal in it is erased with it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.cases.messages import OpenCase
from shared.definitions.intake import Limit
from shared.intake.messages import TakeActivity
from shared.runtime.decision import View
from shared.runtime.ids import joined

TABLE = "correspondents"
HEAD = "head"
ROW = "activity:"
HELD_LIST = "held-activities"
BETWEEN_REPLIES = timedelta(hours=1)
"""An address gets at most one automatic reply in this time; twice as long with each that it got in REMEMBERED."""
REMEMBERED = timedelta(days=7)
"""So two programs that answer one another end, however long the other one takes for it, up to a day."""
WAITING = ("contact", "reopening", "opening", "adding")
"""States in which an answer is awaited."""
RELEASABLE = ("held", "ignored")
"""States in which a person may decide."""
STUCK_AFTER = timedelta(hours=1)
"""An answer that has not come by then does not come: a person may decide."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Row `head`."""

    taken: tuple[datetime, ...] = ()
    """When messages were taken, oldest first; no more than the limit, and none from before its window."""
    replied: tuple[datetime, ...] = ()
    """When automatic replies were decided on, oldest first, as long as they are remembered."""

    def is_over(self, limit: Limit, now: datetime) -> bool:
        """Whether as many messages as may be were taken in the window that ends now."""
        return len(self._lately(limit, now)) >= limit.at_most

    def took(self, limit: Limit, now: datetime) -> "Correspondent":
        return replace(self, taken=(*self._lately(limit, now), now)[-limit.at_most :])

    def may_be_replied_to(self, now: datetime) -> bool:
        of_late = self._remembered(now)
        return not of_late or now - of_late[-1] >= BETWEEN_REPLIES * 2 ** (len(of_late) - 1)

    def was_replied_to(self, now: datetime) -> "Correspondent":
        return replace(self, replied=(*self._remembered(now), now))

    def _remembered(self, now: datetime) -> tuple[datetime, ...]:
        return tuple(at for at in self.replied if now - at <= REMEMBERED)

    def _lately(self, limit: Limit, now: datetime) -> tuple[datetime, ...]:
        return tuple(at for at in self.taken if now - at < limit.per)


@dataclass(frozen=True, slots=True)
class AutoReply:
    template: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Row `activity:<id>`: one message, and how far it has come."""

    id: str
    correspondent: str
    said: TakeActivity
    received_at: datetime
    state: str
    """held | ignored | contact | reopening | opening | adding | done"""
    reason: str = ""
    """Why it is held or ignored: a code of ours, or of the rule."""
    rule: str = ""
    contact: str = ""
    case: str = ""
    """Where it goes."""
    number: str = ""
    thread: str = ""
    """How its case was found: address | reference | number | answer | by_hand."""
    opening: OpenCase | None = None
    """The case that is opened for it, or would be, where the one of the thread cannot take it."""
    is_opened: bool = False
    device: str | None = None
    """Of the thread's case, as what follows: opening it again asks its guard."""
    error_code: int | None = None
    alert_key: str = ""
    reply: AutoReply | None = None
    by: str = ""
    """Who released it."""
    version: int = 1

    @property
    def public_id(self) -> str:
        return public_id(self.correspondent, self.id)

    def may_be_released(self, now: datetime) -> bool:
        """Whether a person may decide: it is held or ignored, or what it waits for has not come."""
        is_stuck = self.state in WAITING and now - self.received_at >= STUCK_AFTER
        return self.state in RELEASABLE or is_stuck


def public_id(correspondent: str, activity: str) -> str:
    """Name a message to people and programs: where it is, and which it is."""
    return f"{correspondent}-{activity}"


def ignored_list(day: str) -> str:
    """Name the list of what was ignored on a day (UTC)."""
    return joined("ignored-activities", day)


def waiting_list(day: str) -> str:
    """Name the list of what came on a day (UTC) and still waits."""
    return joined("waiting-activities", day)


def lines(incoming: Incoming, before: str = "") -> tuple[View, ...]:
    """Return its line in the list of what is held, ignored or waiting, and leave the one that it was in before.

    Nothing in them tells who wrote what. What goes on waiting for something else keeps its line.
    """
    listed, left = _list(incoming, incoming.state), _list(incoming, before)
    if listed == left:
        return ()
    key = joined(incoming.received_at.isoformat(), incoming.id)
    line: dict[str, Any] = {
        "id": incoming.public_id,
        "channel": incoming.said.channel,
        "received_at": incoming.received_at.isoformat(),
        "state": "waiting" if incoming.state in WAITING else incoming.state,
        "reason": incoming.reason,
        "rule": incoming.rule,
        "contact": incoming.contact,
        "case": incoming.case,
    }
    views = ((listed, line), (left, None))
    return tuple(View(place, key, incoming.version, data) for place, data in views if place)


def _list(incoming: Incoming, state: str) -> str:
    """Name the list that it is in, in this state; empty for none."""
    day = incoming.received_at.date().isoformat()
    if state in WAITING:
        return waiting_list(day)
    return {"held": HELD_LIST, "ignored": ignored_list(day)}.get(state, "")
