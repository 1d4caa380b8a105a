"""The router of trigger events: every journey that starts on the trigger, and every run that waits for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.definitions.catalogue import Catalogue, Published
from shared.definitions.conditions import Asked, InSegment, verdict_key
from shared.definitions.journey import CONTACTS_CHANGED
from shared.definitions.trigger import Trigger
from shared.events.messages import RecordChanged, TriggerFired
from shared.intake.messages import TakeActivity
from shared.journeys import segment_walk
from shared.journeys.commands import issued
from shared.journeys.messages import EnterJourney, TellWaiters
from shared.journeys.run import run_id
from shared.journeys.segment_walk import ONCE
from shared.journeys.waits import resumes, tell_page
from shared.runtime.clock import MAX_SKEW
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Outgoing, Put
from shared.runtime.envelope import Message, restored
from shared.runtime.ids import derived
from shared.runtime.step import Parcel
from shared.runtime.store import Store

Audience = Callable[[Catalogue, str, TriggerFired, datetime], Awaitable[tuple[str | None, str]]]
"""Finds the contact of an event (by id) at a time, or says by a closed code why there is none."""

Verdicts = Callable[[Catalogue, str, frozenset[Asked], datetime], Awaitable[Mapping[str, bool]]]
"""Finds out about a contact (by id) what is asked, as at a time."""


class StartJourneys:
    """Turns one trigger event into messages with derived ids, and owns no state.

    Every journey that names the trigger gets its message, whatever its state: the run row inside knows whether the
    event came before, and only then are rules asked.
    """

    def __init__(
        self,
        store: Store,
        catalogue: Callable[[], Awaitable[Catalogue]],
        audience: Audience,
        verdicts: Verdicts,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._audience = audience
        self._verdicts = verdicts

    async def route(self, message: Message[TriggerFired], now: datetime) -> Decision[None]:
        catalogue = await self._catalogue()
        contact, reason = await self._audience(catalogue, message.id, message.body, now)
        trigger = catalogue.triggers.get(message.body.trigger)
        commands = issued(trigger, message.id, replace(message.body, contact=contact))
        if contact is None:
            is_heard = any(isinstance(each.body, TakeActivity) for each in commands)  # strangers are for the intake
            kept: Decision[None] = Decision() if is_heard else _unmatched(message, reason, now)
            return replace(kept, then=commands[0] if commands else None)
        if not catalogue.is_used(message.body.trigger):
            return Decision(then=commands[0]) if commands else _unmatched(message, "no_journey", now)
        fired = replace(message.body, contact=contact)
        waiting = await resumes(self._store, catalogue, message.id, fired)
        entries = [_entry(published, message.id, fired, contact) for published in catalogue.starting_on(fired.trigger)]
        if not entries and not waiting and not commands and lacks_value(catalogue, fired):
            return _unmatched(message, "no_correlation", now)
        if not entries:
            return Decision(messages=(*commands, *waiting))
        return Decision(messages=(*commands, *waiting, *entries[1:]), then=entries[0])

    async def tell(self, message: Message[TellWaiters], _now: datetime) -> Decision[None]:
        """Tell a further page of those who wait for an event."""
        return Decision(messages=tuple(await tell_page(self._store, message.body)))

    async def admit(self, raised: Parcel, is_test: bool) -> list[Parcel]:
        """Return what a trigger from inside, or a changed record, is worth.

        A trigger is worth itself, messages to those who wait, or nothing; a change, what each trigger on it is. What
        a test run brings about wakes those who wait, and starts nothing.
        """
        catalogue = await self._catalogue()
        body = {**raised.body, "time": datetime.fromisoformat(raised.body["time"])}
        if raised.kind != RecordChanged.kind:
            return await self._worth(catalogue, raised.id, TriggerFired(**body), is_test)
        changed = RecordChanged(**body)
        parcels = [
            parcel
            for trigger in catalogue.watching(changed.table, changed.columns)
            for parcel in await self._worth(
                catalogue, derived("event", raised.id, trigger.name), fired(trigger, changed), is_test
            )
        ]
        if changed.table == "contacts" and changed.contact is not None:
            parcels += map(Parcel.of, await self._about_contact(catalogue, raised.id, changed, changed.contact))
        return parcels

    async def _about_contact(
        self, catalogue: Catalogue, change: str, changed: RecordChanged, contact: str
    ) -> list[Outgoing]:
        """Tell runs that wait for a segment, and let those in who have come into one that a journey is for."""
        looking = TriggerFired(CONTACTS_CHANGED, {}, changed.time, contact=contact)
        told = await resumes(self._store, catalogue, change, looking)
        now = changed.time
        open_ = [each for published in catalogue.journeys.values() if (each := _newcomers(published.at(now), now))]
        if not open_:
            return told
        found = await self._verdicts(catalogue, contact, frozenset(each.asked for each in open_), now)
        entries = [
            replace(segment_walk.entry(each.journey, ONCE, contact, now), at=each.opens if each.opens > now else None)
            for each in sorted(open_, key=lambda each: each.journey)
            if found.get(verdict_key(each.asked))
        ]
        return [*told, *entries]

    async def _worth(self, catalogue: Catalogue, event: str, fired: TriggerFired, is_test: bool) -> list[Parcel]:
        trigger = catalogue.triggers.get(fired.trigger)
        if trigger is not None and not trigger.is_ready:
            return []
        itself = [Parcel.of(Outgoing(event, fired))]
        if catalogue.starting_on(fired.trigger) and not is_test:
            return itself
        waiting = await resumes(self._store, catalogue, event, fired)
        if not waiting and lacks_value(catalogue, fired) and not is_test:
            return itself
        return [Parcel.of(outgoing) for outgoing in waiting]


def fired(trigger: Trigger, changed: RecordChanged) -> TriggerFired:
    """Return the trigger that a change fires, with what it declares of what the change tells."""
    told = {name: value for name, value in changed.attributes.items() if name in trigger.attributes}
    return TriggerFired(trigger.name, told, changed.time, source=f"carebus/{changed.table}", contact=changed.contact)


@dataclass(frozen=True, slots=True)
class _Newcomers:
    """Whom a journey takes as newcomers, and from when."""

    journey: str
    asked: InSegment
    opens: datetime


def _newcomers(published: Published, now: datetime) -> _Newcomers | None:
    """Return whom it takes of those who come into its segment now; while it is paused, they are parked.

    None where it takes nobody, or opens so late that its walk will find them. One that opens soon is told when it
    does: its walk, begun by a process whose clock is ahead, may be past them by now.
    """
    start = published.journey.segment
    if start is None or start.repeat != "newcomers" or published.phase(now) not in ("publishing", "live", "paused"):
        return None
    opens = max(published.began, start.at or published.began)
    return _Newcomers(published.journey.name, InSegment(start.segment), opens) if opens - now <= MAX_SKEW else None


def lacks_value(catalogue: Catalogue, fired: TriggerFired) -> bool:
    """Whether runs wait for it by an attribute that it has no value for: it may be theirs, and nobody can tell."""
    return any(fired.attributes.get(by) is None for by in catalogue.waiting_on(fired.trigger) if by != "contact")


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
