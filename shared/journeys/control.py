"""Changing a journey as a whole: pause, resume, stop, and what follows for those who are in it.

Each follow-up is a process of messages: one page of a list a message, which sends the next. It may be begun again at
any time: what it tells a run twice is refused by the run.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.definitions.published import Definitions
from shared.definitions.states import NotAllowed
from shared.journeys.counting import WAITING
from shared.journeys.messages import (
    ChangeJourney,
    EndRun,
    EndRuns,
    MoveRun,
    MoveRuns,
    ReleaseParked,
    RepairRuns,
    TimeUp,
)
from shared.journeys.parking import TABLE as PARKED
from shared.runtime.bus import Bus, BusMessage
from shared.runtime.codec import typed
from shared.runtime.counters import SHARDS, shards
from shared.runtime.counters import TABLE as COUNTS
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Envelope, Message
from shared.runtime.errors import Conflict, Contended
from shared.runtime.ids import derived, quoted
from shared.runtime.store import Delete, Row, Store

PAGE = 50
STRAGGLERS = timedelta(minutes=2)
"""How long after a pause some process may still believe in it: its catalogue is old, or its clock is behind."""
OVERDUE = timedelta(minutes=15)
"""How late a timer may be before it is taken for lost."""
LOOK_AGAIN = timedelta(seconds=15)
NEXT_OF_RUN = timedelta(seconds=5)
"""Between two messages to one run: the first should be through by then."""


class Control:
    """Routes the commands to journeys."""

    def __init__(self, store: Store, bus: Bus, definitions: Definitions) -> None:
        self._store = store
        self._bus = bus
        self._definitions = definitions

    async def change(self, message: Message[ChangeJourney], now: datetime) -> Decision[None]:
        """Give the journey another state, and begin what follows from it."""
        body = message.body
        try:
            published = await self._definitions.change_state(body.journey, body.command, message.id, now, body.since)
        except LookupError:
            return Decision(refused=Refusal("not_found", "journey"))
        except NotAllowed:
            return Decision(refused=Refusal("transition_not_allowed", "command"))
        except Conflict:
            raise Contended from None
        if body.command == "pause":
            return Decision()
        begins = published.held_until or (published.since or now) + LOOK_AGAIN
        release = ReleaseParked(body.journey, begins + STRAGGLERS)
        following = [Outgoing(derived("release", message.id), release, begins)]
        if body.command == "stop":  # who waits is taken out; what was parked finds nobody, and entries are refused
            following.append(Outgoing(derived("end-runs", message.id), EndRuns(body.journey, "journey_stopped")))
        return Decision(messages=tuple(following))

    async def release(self, message: Message[ReleaseParked], now: datetime) -> Decision[None]:
        """Send a page of what was parked again, oldest first, and of each run the oldest only.

        The queue keeps no order among several receivers: an event that came before the limit must not meet it again
        on the way. What a new pause holds is for its own end.
        """
        body = message.body
        place = quoted(body.journey)
        is_paused = (await self._definitions.published(body.journey)).state == "paused"
        rows = () if is_paused else (await self._store.page(PARKED, place, limit=PAGE)).rows
        oldest = _one_a_run(rows)
        if oldest:
            await self._bus.send(EndRun.queue, [_again(row) for row in oldest])
            await self._store.write(PARKED, place, *(Delete(row.key) for row in oldest))
        elif now >= body.until:
            return Decision()
        following = ReleaseParked(body.journey, body.until, body.page + 1)
        is_all = len(oldest) == len(rows)
        at = None if oldest and is_all else now + (NEXT_OF_RUN if oldest else LOOK_AGAIN)
        return Decision(messages=(Outgoing(derived("release", message.id), following, at),))

    async def end_runs(self, message: Message[EndRuns], _now: datetime) -> Decision[None]:
        body = message.body
        rows, following = await self._waiting(body.journey, body.shard, body.after)
        ends = [
            Outgoing(
                derived("end", message.id, row.data["run"]),
                EndRun(body.journey, row.data["contact"], row.data["run"], body.reason),
            )
            for row in rows
        ]
        if following is not None:
            ends.append(Outgoing(derived("page", message.id), EndRuns(body.journey, body.reason, *following)))
        return Decision(messages=tuple(ends))

    async def move_runs(self, message: Message[MoveRuns], _now: datetime) -> Decision[None]:
        body = message.body
        try:
            await self._definitions.journey(body.journey, body.version)
        except LookupError:
            return Decision(refused=Refusal("not_found", "version"))
        rows, following = await self._waiting(body.journey, body.shard, body.after)
        moves = [
            Outgoing(
                derived("move", message.id, row.data["run"]),
                MoveRun(body.journey, row.data["contact"], row.data["run"], body.version, body.places),
            )
            for row in rows
            if row.data["version"] != body.version
        ]
        if following is not None:
            again = MoveRuns(body.journey, body.version, body.places, *following)
            moves.append(Outgoing(derived("page", message.id), again))
        return Decision(messages=tuple(moves))

    async def repair_runs(self, message: Message[RepairRuns], now: datetime) -> Decision[None]:
        """Send again the timers that should have come: they live in the bus only, and what the bus has lost is lost."""
        body = message.body
        rows, following = await self._waiting(body.journey, body.shard, body.after)
        timers = [
            Outgoing(
                derived("repair", message.id, row.data["run"]),
                TimeUp(body.journey, row.data["contact"], row.data["run"], row.data["token"]),
            )
            for row in rows
            if datetime.fromisoformat(row.data["until"]) + OVERDUE < now
        ]
        if following is not None:
            timers.append(Outgoing(derived("page", message.id), RepairRuns(body.journey, *following)))
        return Decision(messages=tuple(timers))

    async def _waiting(self, journey: str, shard: int, after: str) -> tuple[tuple[Row, ...], tuple[int, str] | None]:
        """Return a page of those who wait in a journey, and where the next page begins; None after the last."""
        page = await self._store.page(COUNTS, shards(journey)[shard], prefix=WAITING, after=after, limit=PAGE)
        if page.after is not None:
            return page.rows, (shard, page.after)
        return page.rows, (shard + 1, "") if shard + 1 < SHARDS else None


def _one_a_run(rows: Sequence[Row]) -> list[Row]:
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.data["envelope"]["body"]["run"], row)
    return list(first.values())


def _again(row: Row) -> BusMessage:
    """Return the parked message under a bus id of its own: the broker may remember the one it came with."""
    held: Mapping[str, Any] = row.data["envelope"]
    envelope = typed(Envelope, {**held, "attempt": held["attempt"] + 1})
    return BusMessage(derived("unparked", envelope.id, str(envelope.attempt)), envelope.encode())
