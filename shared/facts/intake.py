"""Gathering what a decision about an incoming message rests on: whose it is, which case it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from shared import facts
from shared.cases import case as cases
from shared.cases.number import listed_on
from shared.cases.reading import find_heir
from shared.cases.transitions import CLOSED
from shared.definitions.catalogue import Catalogue
from shared.definitions.conditions import MISSING
from shared.definitions.intake import Intake
from shared.definitions.published import Definitions
from shared.definitions.scope import CASE_COLUMNS
from shared.intake.correspondent import Correspondent, Incoming
from shared.intake.judge import contact_of
from shared.intake.messages import ReleaseActivity, TakeActivity
from shared.intake.opening import BY_HAND, ORIGINS, Thread
from shared.intake.rules import IntakeFacts, asked_of_contact
from shared.runtime import codec
from shared.runtime.clock import Clock
from shared.runtime.envelope import Message
from shared.runtime.store import Store


@dataclass(frozen=True, slots=True)
class _Place:
    """A case that a message may go to, and how it was found."""

    case: cases.Case
    how: str

    def thread(self) -> Thread:
        found = self.case
        return Thread(
            case=found.id,
            contact=found.contact,
            number=found.number,
            is_open=found.is_open,
            may_reopen=found.status_reason in CLOSED,
            closed_at=found.closed_at,
            how=self.how,
            device=found.device,
            error_code=found.error_code,
            alert_key=found.alert_key,
        )

    def columns(self) -> Mapping[str, object]:
        """Return what conditions see of the case."""
        look = cases.lookup(self.case, datetime.min.replace(tzinfo=UTC))
        columns: dict[str, Any] = {name: look(f"{cases.PREFIX}{name}") for name in CASE_COLUMNS}
        return {name: codec.plain(value) for name, value in columns.items() if value is not MISSING}


class IntakeFactsGatherer:
    """Reads for messages that come in."""

    def __init__(self, definitions: Definitions, clock: Clock) -> None:
        self._definitions = definitions
        self._clock = clock

    async def of_activity(
        self, store: Store, message: Message[TakeActivity], _held: Correspondent | None
    ) -> IntakeFacts:
        said = message.body
        contacts = await _senders(store, said)
        return await self._gathered(store, said, contacts, await _place(store, said, contacts))

    async def of_release(
        self, store: Store, message: Message[ReleaseActivity], incoming: Incoming | None
    ) -> IntakeFacts:
        """A person has chosen the contact, or the case; what they left open is looked up as ever.

        What could not be put on the case that was opened for it goes there, unless they say otherwise.
        """
        if incoming is None:
            return IntakeFacts(None)
        body, said = message.body, incoming.said
        contacts = [body.contact] if body.contact else await _senders(store, said)
        chosen = not body.contact or await facts.is_contact(store, body.contact)
        place = await _place(store, said, contacts)
        if named := body.case or (incoming.case if incoming.is_opened and not body.contact else ""):
            place = await _placed(store, named, BY_HAND)
            chosen = chosen and place is not None
        return replace(await self._gathered(store, said, contacts, place), chosen=chosen)

    async def _gathered(
        self, store: Store, said: TakeActivity, contacts: Iterable[str], place: _Place | None
    ) -> IntakeFacts:
        catalogue, now = await self._definitions.current(), self._clock.now()
        intake = catalogue.intakes.get(said.channel)
        found = IntakeFacts(intake, tuple(contacts), place.thread() if place else None)
        if intake is None:
            return found
        asked = asked_of_contact(intake)
        is_asked = bool(found.contact) and any(rule.require_entitlement for rule in intake.rules)
        origin = ORIGINS[said.channel]
        return replace(
            found,
            entitlement=await facts.covering(store, found.contact, origin, now) if is_asked else "",
            case=place.columns() if place else {},
            verdicts=await facts.verdicts(store, catalogue, found.contact, asked, now) if found.contact else {},
            templates=_channels(intake, catalogue),
        )


async def _senders(store: Store, said: TakeActivity) -> list[str]:
    """Find whose the address is; one that became a contact by writing from it stays theirs when they change it."""
    if said.channel == "webhook":
        return [said.contact] if said.contact and await facts.is_contact(store, said.contact) else []
    look = facts.whose_email if said.channel == "email" else facts.whose_phone
    if found := await look(store, said.address):
        return found
    former = contact_of(said.correspondent)
    return [former] if await facts.is_contact(store, former) else []


async def _place(store: Store, said: TakeActivity, contacts: list[str]) -> _Place | None:
    """Find the case that it belongs to.

    Who answers to the address that only our mail had may be anybody the customer gave it to. Ids and numbers are quoted
    and forwarded: they count for the customer's own cases only. An SMS answers the newest one to the customer.
    """
    if said.case and (place := await _placed(store, said.case, "address")):
        return place
    if said.referred and (place := await _placed(store, said.referred, "reference")) and place.case.contact in contacts:
        return place
    for contact in contacts if said.number else ():
        if case := await _numbered(store, contact, said.number):
            return await _placed(store, case, "number")
    for contact in contacts if said.channel == "sms" else ():
        if case := await _answered(store, contact, said.at):
            return await _placed(store, case, "answer")
    return None


async def _placed(store: Store, case: str, how: str) -> _Place | None:
    """Return the case; of a merged one, the case that stayed."""
    found = await find_heir(store, case)
    return _Place(found, how) if found else None


async def _numbered(store: Store, contact: str, number: str) -> str:
    """Find the contact's own case of this number, which tells the day: one page of their list."""
    day = _day_of(number)
    if day is None:
        return ""
    page = await store.page("views", cases.list_of_contact(contact), prefix=day)
    lines = [row.data["data"] for row in page.rows]
    return next((str(line["id"]) for line in lines if line and line["number"] == number), "")


def _day_of(number: str) -> str | None:
    try:
        return listed_on(int(number.split("-")[1]))
    except (IndexError, ValueError, OverflowError):
        return None


async def _answered(store: Store, contact: str, at: datetime) -> str:
    """Find the case that the newest SMS to the contact was about."""
    newest = await facts.newest_sms(store, contact, at)
    delivery = await facts.delivery(store, contact, newest) if newest else None
    return (delivery.request.case or "") if delivery else ""


def _channels(intake: Intake, catalogue: Catalogue) -> dict[str, str]:
    names = {rule.auto_reply for rule in intake.rules if rule.auto_reply in catalogue.templates}
    return {name: catalogue.templates[name].channel for name in names}
