"""What only time does to journeys, looked at every minute: starts, ends of pauses and stops, counters, experiments.

Everything is found out anew from what is stored, so that a tick that never came is made up for by the next.
"""

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from shared.definitions.catalogue import Published
from shared.definitions.journey import SegmentStart
from shared.definitions.published import Definitions
from shared.definitions.states import NotAllowed
from shared.definitions.tiles import ExperimentTile
from shared.journeys import experiments
from shared.journeys.counting import WAITING
from shared.journeys.messages import ChangeJourney, EndRuns, JourneyTick, WalkSegment
from shared.journeys.segment_walk import ONCE, read_occurrence
from shared.runtime import counters, log
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.envelope import Envelope, Message
from shared.runtime.errors import Conflict, Permanent, Transient
from shared.runtime.ids import derived
from shared.runtime.store import Store

LONGEST_PAUSE = timedelta(days=21)
"""A journey that is paused for longer stops (DOMAIN.md 3)."""
SETTLED = timedelta(minutes=2)
"""After a stop: by then every process knows, and nobody enters any more."""
STUCK = timedelta(minutes=10)
"""A walk that has not moved for so long is told to go on from where it is."""
COUNTS_FOR = timedelta(days=30)
"""After a stop: longer than goals are looked for, and reports of messages come."""
FULL_EVERY = 10
"""Minutes between full ticks."""


def envelope(now: datetime) -> Envelope:
    """Return the tick of this minute; every tenth is a full one."""
    minute = now.replace(second=0, microsecond=0)
    body = JourneyTick(full=minute.minute % FULL_EVERY == 0)
    return Envelope(derived("tick", minute.isoformat()), JourneyTick.kind, now, plain(body))


class Ticking:
    """Routes the tick of the timer."""

    def __init__(self, store: Store, definitions: Definitions, also_counted: Sequence[str] = ()) -> None:
        """Take where journeys are, and the names of further counters to fold."""
        self._store = store
        self._definitions = definitions
        self._also_counted = also_counted

    async def tick(self, message: Message[JourneyTick], now: datetime) -> Decision[None]:
        catalogue = await self._definitions.current()
        messages: list[Outgoing] = []
        for name in sorted(catalogue.journeys):
            published = catalogue.journeys[name].at(now)
            phase = published.phase(now)
            if phase == "paused" and published.since and now - published.since >= LONGEST_PAUSE:
                stop = ChangeJourney(name, "stop", "carebus/tick", published.since)
                messages.append(Outgoing(derived("paused-too-long", name, published.since.isoformat()), stop))
            if phase == "stopping":
                messages += await self._finish_stopping(published, now, message.body.full)
            if phase == "live" and published.journey.segment is not None:
                messages += await self._start(published, published.journey.segment, now)
            if message.body.full and not _is_settled(published, now):
                await self._attempted(name, self._account(published, now))
        for name in self._also_counted if message.body.full else ():
            await self._attempted(name, counters.roll(self._store, name, now.date()))
        return Decision(messages=tuple(messages))

    async def _finish_stopping(self, published: Published, now: datetime, is_full: bool) -> list[Outgoing]:
        """Take out whoever still waits; a journey in which nobody does has stopped.

        Only a full tick does: whoever stopped the journey has told them, and many take longer than a minute.
        """
        journey = published.journey.name
        for partition in counters.shards(journey):
            if (await self._store.page(counters.TABLE, partition, prefix=WAITING, limit=1)).rows:
                if not is_full:
                    return []
                again = EndRuns(journey, "journey_stopped")
                return [Outgoing(derived("end-runs", journey, now.isoformat(timespec="minutes")), again)]
        if published.since is None or now - published.since >= SETTLED:
            try:
                await self._definitions.change_state(journey, "finish", derived("finish", journey), now)
            except (NotAllowed, Conflict):
                return []  # somebody else was quicker
        return []

    async def _start(self, published: Published, start: SegmentStart, now: datetime) -> list[Outgoing]:
        journey = published.journey.name
        found = []
        for occurrence, at in due(start, published.began, now):
            walk = await read_occurrence(self._store, journey, occurrence)
            if walk is None or (walk.finished_at is None and now - walk.moved_at > STUCK):
                page = walk.pages if walk else 0
                body = WalkSegment(journey, occurrence, at, page)
                found.append(Outgoing(derived("walk", journey, occurrence, str(page)), body))
        return found

    async def _attempted(self, name: str, accounting: Awaitable[object]) -> None:
        """Account for one name; where that cannot be done it is told, and left to the next full tick.

        The whole tick again, for one request among hundreds, would hold up what else it says.
        """
        try:
            await accounting
        except (Permanent, Transient) as trouble:
            log.warning("not_accounted", counters=name, trouble=type(trouble).__name__)

    async def _account(self, published: Published, now: datetime) -> None:
        """Fold the counters, and judge the experiments that are open."""
        journey = published.journey
        await counters.roll(self._store, journey.name, now.date())
        tiles = [tile for tile in journey.tiles.values() if isinstance(tile, ExperimentTile)]
        if not tiles:
            return
        won = await experiments.winners(self._store, journey.name, published.version, [tile.id for tile in tiles])
        counts: Mapping[str, int] = (await counters.read(self._store, journey.name)).get(str(published.version), {})
        for tile in tiles:
            verdict = experiments.judge(tile, journey, counts, published.live_from, now)
            if tile.id not in won and verdict is not None:
                await experiments.record(self._store, journey.name, published.version, tile.id, verdict, now)


def _is_settled(published: Published, now: datetime) -> bool:
    """Whether it has been stopped for so long that nothing is counted any more: neither steps nor goals."""
    return published.state == "stopped" and published.since is not None and now - published.since > COUNTS_FOR


def due(start: SegmentStart, began: datetime, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield the occurrence that should have begun by now, and when; of several that were missed, the last one only.

    It is named after its time: numbers would come again where an edited journey repeats less often.

    `began` is when the journey's first version was live: an edited journey does not start all over again.
    """
    first = max(start.at, began) if start.at is not None else began
    if now < first:
        return
    if start.repeat != "every":
        yield ONCE, first
        return
    at = first + (now - first) // start.every * start.every
    yield at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), at
