"""The router of trigger events: every journey that starts on the trigger, and every run that waits for it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from shared.definitions.catalogue import Catalogue, Published
from shared.events.messages import TriggerFired
from shared.journeys.messages import EnterJourney
from shared.journeys.run import run_id
from shared.journeys.waits import resumes
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Outgoing, Put
from shared.runtime.envelope import Message, restored
from shared.runtime.ids import derived
from shared.runtime.step import Parcel
from shared.runtime.store import Store

Audience = Callable[[Catalogue, str, TriggerFired, datetime], Awaitable[tuple[str | None, str]]]
"""Finds the contact of an event (by id) at a time, or says by a closed code why there is none."""


class StartJourneys:
    """Turns one trigger event into messages with derived ids, and owns no state.

    Every journey that names the trigger gets its message, whatever its state: the run row inside knows whether the
    event came before, and only then are rules asked.
    """

    def __init__(self, store: Store, catalogue: Callable[[], Awaitable[Catalogue]], audience: Audience) -> None:
        self._store = store
        self._catalogue = catalogue
        self._audience = audience

    async def route(self, message: Message[TriggerFired], now: datetime) -> Decision[None]:
        catalogue = await self._catalogue()
        contact, reason = await self._audience(catalogue, message.id, message.body, now)
        if contact is None:
            return _unmatched(message, reason, now)
        if not catalogue.is_used(message.body.trigger):
            return _unmatched(message, "no_journey", now)
        fired = replace(message.body, contact=contact)
        waiting = await resumes(self._store, catalogue, message.id, fired)
        entries = [_entry(published, message.id, fired, contact) for published in catalogue.starting_on(fired.trigger)]
        if not entries:
            return Decision(messages=tuple(waiting))
        return Decision(messages=(*waiting, *entries[1:]), then=entries[0])

    async def admit(self, raised: Parcel) -> list[Parcel]:
        """Return what a trigger from inside is worth: itself, messages to those who wait, or nothing."""
        fired = TriggerFired(**{**raised.body, "time": datetime.fromisoformat(raised.body["time"])})
        catalogue = await self._catalogue()
        if catalogue.starting_on(fired.trigger):
            return [raised]
        return [Parcel.of(outgoing) for outgoing in await resumes(self._store, catalogue, raised.id, fired)]


def _entry(published: Published, event: str, fired: TriggerFired, contact: str) -> Outgoing:
    journey = published.journey.name
    run = run_id(journey, event)
    body = EnterJourney(journey, contact, run, event, fired.attributes, fired.time)
    return Outgoing(derived("enter", run), body)


def _unmatched(message: Message[TriggerFired], reason: str, now: datetime) -> Decision[None]:
    """Keep the whole event: it is replayed once somebody can take it."""
    line = {
        "reason": reason,
        "trigger": message.body.trigger,
        "source": message.body.source,
        "at": now.isoformat(),
        "envelope": plain(restored(TriggerFired.kind, message)),
    }
    return Decision(records=(Put("unmatched", now.date().isoformat(), message.id, line),))
