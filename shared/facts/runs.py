"""Gathering what a step of a run rests on: each thing in one request, and only what the tiles ahead refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared import facts
from shared.contacts import contact as contacts
from shared.definitions import needs
from shared.definitions.conditions import NOW, InSegment, holds, verdict_key
from shared.definitions.journey import Journey
from shared.definitions.mapping import Path
from shared.definitions.needs import Needs
from shared.definitions.published import Definitions
from shared.definitions.states import FINAL
from shared.definitions.tiles import IfThenTile, Match
from shared.deliveries import interactions
from shared.deliveries.delivery import Delivery
from shared.events.messages import TriggerFired
from shared.journeys import experiments
from shared.journeys.advance import awaited_by, watched_by
from shared.journeys.facts import EntryFacts, RunFacts
from shared.journeys.messages import Answered, EnterJourney, LookAgain, MoveRun, WalkSegment
from shared.journeys.run import Run, delivery_id
from shared.journeys.segment_walk import Occurrence, PageFacts
from shared.journeys.tiles import SENT
from shared.journeys.walk import reader
from shared.runtime.clock import Clock, latest
from shared.runtime.envelope import Message
from shared.runtime.store import Store

PAGE = 50
"""Contacts looked at in one step of a walk through a segment."""
HOLDING = ("paused", *FINAL)
"""The phases that concern runs which have begun; all others only concern who wants to enter."""


@dataclass(frozen=True, slots=True)
class _About:
    """Whose step it is."""

    journey: Journey
    version: int
    contact: str
    attributes: Mapping[str, Any]
    answers: Mapping[str, Mapping[str, Any]]

    def case(self) -> str | None:
        """Return the case that the run is about: the one it opened last, else the one that started it."""
        opened = [answer["case_id"] for answer in self.answers.values() if answer.get("case_id")]
        return opened[-1] if opened else self.attributes.get("case")

    def device(self) -> str | None:
        return self.attributes.get("device") or self.attributes.get("device_id")


class RunFactsGatherer:
    """Reads for the steps of runs."""

    def __init__(self, definitions: Definitions, clock: Clock) -> None:
        self._definitions = definitions
        self._clock = clock

    async def of_entry(self, store: Store, message: Message[EnterJourney], _entries: object) -> EntryFacts:
        body, now = message.body, latest(self._clock, message.time)
        published = await self._definitions.published(body.journey, now)
        journey, phase = published.journey, published.phase(now)
        if phase != "live":
            return EntryFacts(published.version, RunFacts(journey, phase=phase))
        about = _About(journey, published.version, body.contact, body.attributes, {})
        return EntryFacts(published.version, await self._read(store, about, needs.of_entry(journey)))

    async def of_step(self, store: Store, message: Message[Any], run: Run | None) -> RunFacts | None:
        if run is None:
            return None
        journey = await self._definitions.journey(run.journey, run.version)
        phase = (await self._definitions.published(run.journey)).phase(self._clock.now())
        wanted = _wanted(journey, message, run)
        if phase in HOLDING or wanted is None:
            return RunFacts(journey, phase=phase if phase in HOLDING else "live")
        answers = dict(run.answers)
        if isinstance(message.body, Answered) and run.waiting:
            answers[run.waiting.tile] = message.body.answer
        about = _About(journey, run.version, run.contact, run.attributes, answers)
        found = await self._read(store, about, wanted)
        if isinstance(message.body, LookAgain):
            return replace(found, happened=await _happened(store, journey, run, found, self._clock.now()))
        return found

    async def of_move(self, store: Store, message: Message[MoveRun], run: Run | None) -> RunFacts | None:
        """Return the version that the run shall go on in, and what it takes to be found by what that waits for."""
        if run is None:
            return None
        held = await self._definitions.journey(run.journey, run.version)
        journey = await self._definitions.journey(run.journey, message.body.version)
        about = _About(journey, run.version, run.contact, run.attributes, run.answers)
        return replace(await self._read(store, about, needs.of_move(journey)), held=held)

    async def of_page(self, store: Store, message: Message[WalkSegment], walk: Occurrence | None) -> PageFacts:
        """Read the next page of contacts, and who of them is in the segment."""
        body = message.body
        published = await self._definitions.published(body.journey)
        start, now = published.journey.segment, self._clock.now()
        if start is None or published.phase(now) in FINAL:
            return PageFacts(start.segment if start else "", (), None, is_stopped=True)
        shard, after = (walk.shard, walk.after) if walk else (0, "")
        members, following = await facts.members(
            store,
            await self._definitions.current(),
            start.segment,
            contacts.SHARDS[shard],
            after,
            limit=PAGE,
            now=now,
            registered_before=None if start.repeat == "newcomers" else body.started_at,
        )
        if following is None:
            return PageFacts(start.segment, members, (shard + 1, "") if shard + 1 < len(contacts.SHARDS) else None)
        return PageFacts(start.segment, members, (shard, following))

    async def _read(self, store: Store, about: _About, wanted: Needs) -> RunFacts:
        now = self._clock.now()
        catalogue = await self._definitions.current()
        contact = about.contact
        case, device = about.case(), about.device()
        calendars = {name: await self._definitions.calendar(name) for name in sorted(wanted.calendars)}
        return RunFacts(
            about.journey,
            contact=await facts.person(store, contact) if _maps_contact(wanted) else {},
            verdicts=await facts.verdicts(store, catalogue, contact, wanted.asked, now) if wanted.asked else {},
            case=await facts.case(store, case) if case and wanted.names("case") else {},
            device=await facts.device(store, device) if device and wanted.names("device") else {},
            winners=await experiments.winners(store, about.journey.name, about.version, wanted.experiments),
            channels=await facts.channels(store, contact, wanted.choices) if wanted.choices else {},
            calendars={name: calendar for name, (calendar, _) in calendars.items()},
            calendar_versions={name: version for name, (_, version) in calendars.items()},
        )


def _maps_contact(wanted: Needs) -> bool:
    return any(path.startswith("contact.") for path in wanted.mapped)


def _wanted(journey: Journey, message: Message[Any], run: Run) -> Needs | None:
    """Return what this message makes the run need; None where nothing, as for a token that is stale."""
    token = getattr(message.body, "token", "")
    watch = watched_by(run, token)
    if watch is not None and watch.kind == "exit" and journey.exits[watch.rule].segment:
        return needs.of_segment(journey.exits[watch.rule].segment)
    if run.waiting is None or awaited_by(run, token) is None:
        return None
    wanted = needs.of_step(journey, run.waiting.tile)
    tile = journey.tiles[run.waiting.tile]
    also = [watched_by(run, other) for other in getattr(message.body, "also", ())]
    segments = [journey.exits[exit_.rule].segment for exit_ in also if exit_ is not None and exit_.kind == "exit"]
    if isinstance(tile, IfThenTile):
        segments.append(tile.segment)
    for segment in filter(None, segments):
        wanted = needs.of_segment(segment, wanted)
    return wanted


async def _happened(store: Store, journey: Journey, run: Run, found: RunFacts, now: datetime) -> bool:
    """Tell whether what the run waits for is so already: it is in the segment, or its message was answered."""
    assert run.waiting is not None
    tile = journey.tiles[run.waiting.tile]
    assert isinstance(tile, IfThenTile)
    if tile.match is None:
        return bool(found.verdicts.get(verdict_key(InSegment(tile.segment))))
    if not isinstance(tile.match.value, Path) or not tile.match.value.path.startswith(SENT):
        return False
    delivery = await facts.delivery(store, run.contact, delivery_id(run.id, tile.match.value.path.removeprefix(SENT)))
    return delivery is not None and _tells(delivery, tile.match, now)


def _tells(delivery: Delivery, match: Match, now: datetime) -> bool:
    """Tell whether such an event came of the delivery before. Of an engagement no more is kept than that it was."""
    for told in interactions.of_state(delivery):
        assert isinstance(told.body, TriggerFired)
        if told.body.trigger == match.trigger:
            return match.where is None or holds(match.where, reader({"event": told.body.attributes, NOW: now}))
    engaged = [kind for kind, trigger in interactions.ENGAGED.items() if trigger == match.trigger]
    return match.where is None and any(delivery.engagements.get(kind, 0) > 0 for kind in engaged)
