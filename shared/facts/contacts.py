"""What others see of contacts: who they are to a delivery, a condition or a segment."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from urllib.parse import unquote

from shared.contacts import contact as contacts
from shared.contacts.reading import find_contact
from shared.definitions import segment as segments
from shared.definitions.catalogue import Catalogue
from shared.definitions.conditions import CONTACT, MISSING, NOW, Asked, InSegment, Lookup, verdict_key
from shared.definitions.templates import Channel
from shared.deliveries.consent import verdict
from shared.deliveries.delivery import TABLE as DELIVERIES
from shared.deliveries.delivery import Delivery
from shared.deliveries.facts import Recipient
from shared.runtime import codec
from shared.runtime.ids import joined, quoted
from shared.runtime.store import Store


async def recipient(store: Store, contact: str, channel: str, points_of: str = "") -> Recipient | None:
    """How a delivery sees a contact; in a test, with the contact points and consents of another, who tests."""
    found = await find_contact(store, contact)
    reached = await find_contact(store, points_of) if points_of else found
    if found is None or reached is None:
        return None
    return Recipient(
        name=found.name,
        language=found.language,
        time_zone=found.time_zone,
        points=reached.points,
        consents=reached.consents_for(channel),
    )


async def whose_phone(store: Store, phone: str) -> list[str]:
    """Find who has this number now. The rows only say who has had it, so each is asked again."""
    return [each.id for each in await _named(store, contacts.PHONES, joined(phone)) if each.points.get("sms") == phone]


async def whose_email(store: Store, email: str) -> list[str]:
    """Find who has this address now, however it is written in capitals."""
    named = await _named(store, contacts.EMAILS, contacts.email_key(email))
    return [each.id for each in named if each.points.get("email", "").casefold() == email.casefold()]


async def _named(store: Store, place: tuple[str, str], prefix: str) -> list[contacts.Contact]:
    page = await store.page(*place, prefix=f"{prefix}~")
    found = [await find_contact(store, row.data["contact"]) for row in page.rows]
    return [each for each in found if each is not None]


async def is_contact(store: Store, contact: str) -> bool:
    return await find_contact(store, contact) is not None


async def person(store: Store, contact: str) -> Mapping[str, str]:
    """How a journey's conditions see a contact: nothing that would tell who it is, for steps record what they saw."""
    found = await find_contact(store, contact)
    if found is None:
        return {}
    return {"contact_id": contact, "language": found.language, "time_zone": found.time_zone}


async def verdicts(
    store: Store, catalogue: Catalogue, contact: str, asked: Set[Asked], now: datetime
) -> Mapping[str, bool]:
    """What conditions find of a contact at this time, by `verdict_key`: one read, and none where nothing is asked.

    Of a contact that does not exist nothing is true.
    """
    if not asked:
        return {}
    found = await find_contact(store, contact)
    if found is None:
        return {verdict_key(each): False for each in asked}
    return segments.verdicts(asked, catalogue.segments, _about(found, now))


async def members(
    store: Store,
    catalogue: Catalogue,
    segment: str,
    shard: str,
    after: str,
    limit: int,
    now: datetime,
    registered_before: datetime | None = None,
) -> tuple[tuple[str, ...], str | None]:
    """The members among one page of a shard's contacts, and where the next page begins (None on the last one).

    One read of the page and one of each contact that was registered before the given time.
    """
    page = await store.page("views", contacts.index(shard), after=after, limit=limit)
    found = []
    for row in page.rows:
        if registered_before and datetime.fromisoformat(row.data["registered_at"]) >= registered_before:
            continue
        contact = unquote(row.key)
        asked = InSegment(segment)
        if (await verdicts(store, catalogue, contact, {asked}, now))[verdict_key(asked)]:
            found.append(contact)
    return tuple(found), page.after


def _about(contact: contacts.Contact, now: datetime) -> Lookup:
    values = {NOW: now, **{f"{CONTACT}{name}": value for name, value in contact.compared().items()}}
    return lambda path: values.get(path, MISSING)


async def channels(store: Store, contact: str, choices: Sequence[tuple[Channel, str]]) -> Mapping[str, float]:
    """Find which channels may be used, and how often the contact has answered to each: 0 to 1.

    Looked at are up to a hundred of the contact's deliveries. They are keyed by hashes: of more, that is a sample.
    Without any, a channel counts as answered to half the time (Laplace's rule of succession).
    """
    found = await find_contact(store, contact)
    if found is None:
        return {}
    page = await store.page(DELIVERIES, quoted(contact), prefix="delivery:", limit=100)
    sent = [codec.typed(Delivery, row.data["state"]) for row in page.rows]
    return {
        channel: _answered([each for each in sent if each.channel == channel])
        for channel, purpose in choices
        if found.points.get(channel) and verdict(channel, purpose, None, found.consents_for(channel))[1] is None
    }


def _answered(sent: Sequence[Delivery]) -> float:
    reached = [each for each in sent if each.state in ("sent", "delivered")]
    answered = [each for each in reached if each.engagements]
    return round((len(answered) + 1) / (len(reached) + 2), 6)
