"""How one feature's decisions see another feature's rows: read here, and put into the asking feature's words.

Features know of one another only messages. What a decision needs from elsewhere is gathered by these functions,
which the composition root hands to it.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from shared.cases import case as cases
from shared.cases import transitions
from shared.cases.coverage import Offer
from shared.cases.messages import CreateCase, OpenCase, ReopenCase
from shared.contacts import contact as contacts
from shared.definitions import segment as segments
from shared.definitions.catalogue import Catalogue
from shared.definitions.conditions import CONTACT, MISSING, NOW, Asked, InSegment, Lookup, verdict_key
from shared.definitions.policy import Policy
from shared.definitions.published import Definitions
from shared.definitions.templates import Channel
from shared.deliveries.consent import verdict
from shared.deliveries.delivery import TABLE as DELIVERIES
from shared.deliveries.delivery import Delivery
from shared.deliveries.send import Recipient
from shared.devices import device as devices
from shared.devices.guard import Glance
from shared.entitlements import entitlement as entitlements
from shared.entitlements.entitlement import Entitlement
from shared.events.messages import TriggerFired
from shared.runtime import codec
from shared.runtime.aggregate import read_head
from shared.runtime.errors import Conflict
from shared.runtime.ids import joined, quoted
from shared.runtime.store import Insert, Store
from shared.sla.facts import SlaFacts, unread
from shared.sla.ledger import read_breaks

ANSWERED_WITHIN = timedelta(days=7)
"""An SMS that comes later is taken for no answer to our last one."""
MOST_ENTITLEMENTS = 1000
"""Of one customer, that are looked at."""
MOST_MERGES = 10
"""That are followed from one case to the next."""
MOST_PAGES = 20
"""Of a hundred deliveries: who has more than two thousand is not looked through to the end."""


async def glance(store: Store, case: str, policy: Policy) -> Glance | None:
    """How a device's guard sees a case."""
    found = await read_head(store, cases.TABLE, quoted(case), cases.HEAD, cases.Case)
    if found is None:
        return None
    may_reopen = transitions.is_allowed(found.status_reason, ReopenCase.kind, "in_progress")
    may_reopen = may_reopen and policy.may_follow(found.status_reason, "in_progress")
    return Glance(
        found.epoch, found.is_open, found.number, found.status, found.closed_at, may_reopen, found.merged_into or ""
    )


async def heir(store: Store, merged: Glance | None, policy: Policy) -> tuple[str, Glance] | None:
    """Find the case that another was merged into, or that one again, as a device's guard sees it."""
    case, found = "", merged
    for _ in range(MOST_MERGES):
        if found is None or not found.merged_into:
            break
        case = found.merged_into
        found = await glance(store, case, policy)
    return (case, found) if case and found else None


async def recipient(store: Store, contact: str, channel: str, points_of: str = "") -> Recipient | None:
    """How a delivery sees a contact; in a test, with the contact points and consents of another, who tests."""
    found = await _contact(store, contact)
    reached = await _contact(store, points_of) if points_of else found
    if found is None or reached is None:
        return None
    return Recipient(
        name=found.name,
        language=found.language,
        time_zone=found.time_zone,
        points=reached.points,
        consents=reached.consents_for(channel),
    )


async def _contact(store: Store, contact: str) -> contacts.Contact | None:
    return await read_head(store, contacts.TABLE, quoted(contact), contacts.HEAD, contacts.Contact)


async def whose_phone(store: Store, phone: str) -> list[str]:
    """Find who has this number now. The rows only say who has had it, so each is asked again."""
    return [each.id for each in await _named(store, contacts.PHONES, joined(phone)) if each.points.get("sms") == phone]


async def whose_email(store: Store, email: str) -> list[str]:
    """Find who has this address now, however it is written in capitals."""
    named = await _named(store, contacts.EMAILS, contacts.email_key(email))
    return [each.id for each in named if each.points.get("email", "").casefold() == email.casefold()]


async def _named(store: Store, place: tuple[str, str], prefix: str) -> list[contacts.Contact]:
    page = await store.page(*place, prefix=f"{prefix}~")
    found = [await _contact(store, row.data["contact"]) for row in page.rows]
    return [each for each in found if each is not None]


async def is_contact(store: Store, contact: str) -> bool:
    return await _contact(store, contact) is not None


async def person(store: Store, contact: str) -> Mapping[str, str]:
    """How a journey's conditions see a contact: nothing that would tell who it is, for steps record what they saw."""
    found = await _contact(store, contact)
    if found is None:
        return {}
    return {"contact_id": contact, "language": found.language, "time_zone": found.time_zone}


async def case(store: Store, case: str) -> Mapping[str, Any]:
    """How a journey's conditions see the case that a run is about."""
    found = await read_head(store, cases.TABLE, quoted(case), cases.HEAD, cases.Case)
    return {name: value for name, value in _told_of(found).items() if value is not None} if found else {}


async def sla(store: Store, definitions: Definitions, catalogue: Catalogue, case: cases.Case | None) -> SlaFacts:
    """What the SLA of a case rests on: nothing is read but definitions, unless an instance of it has stood still."""
    held = tuple(case.instances.values()) if case else ()
    if not catalogue.slas and not held:
        return SlaFacts()
    known = SlaFacts(catalogue.slas, catalogue.versions["slas"])
    pinned = {each: await definitions.sla(*each) for each in unread(known, held)}
    breaks = await read_breaks(store, cases.TABLE, quoted(case.id), held) if case else {}
    return replace(known, pinned=pinned, breaks=breaks)


def _told_of(case: cases.Case) -> Mapping[str, Any]:
    return {
        "case": case.id,
        "number": case.number,
        "status": case.status,
        "status_reason": case.status_reason,
        "priority": case.priority,
        "origin": case.origin,
        "error_code": case.error_code,
        "opened_at": case.opened_at.isoformat(),
    }


async def offers(store: Store, creation: CreateCase) -> tuple[Offer, ...]:
    """How a case that is being opened sees the entitlements of its customer: one read."""
    opening = creation.opening
    page = await store.page("views", entitlements.list_of(opening.contact), limit=MOST_ENTITLEMENTS)
    return tuple(offer(row.data["data"], opening, creation.opened_at) for row in page.rows)


def offer(line: Mapping[str, Any], opening: OpenCase, at: datetime) -> Offer:
    held, said = codec.typed(Entitlement, line), opening
    objection = held.objection(said.contact, said.origin, said.product, at)
    return Offer(held.id, held.terms.default, held.terms.ends_on, held.terms.sla, objection)


async def covering(store: Store, contact: str, origin: str, at: datetime) -> str:
    """Find an entitlement of a customer that covers a case that comes this way now, of any product: one read.

    The default one counts first, then the one that ends soonest; empty where there is none.
    """
    page = await store.page("views", entitlements.list_of(contact), limit=MOST_ENTITLEMENTS)
    held = [codec.typed(Entitlement, row.data["data"]) for row in page.rows]
    fit = [each for each in held if not each.objection(contact, origin, next(iter(each.terms.products), ""), at)]
    best = min(fit, key=lambda each: (not each.terms.default, each.terms.ends_on, each.id), default=None)
    return best.id if best else ""


async def device(store: Store, device: str) -> Mapping[str, Any]:
    """How a journey's conditions see a device."""
    found = await read_head(store, devices.TABLE, quoted(device), devices.HEAD, devices.Device)
    return {"model": found.model} if found else {}


async def delivery(store: Store, contact: str, delivery: str) -> Delivery | None:
    """What became of a message that a run sent."""
    return await read_head(store, DELIVERIES, quoted(contact), f"delivery:{delivery}", Delivery)


async def newest_sms(store: Store, contact: str, before: datetime) -> str:
    """Find the last SMS that reached a contact before that time, by its delivery's id; empty for none of late."""
    newest, last, after = "", before - ANSWERED_WITHIN, ""
    for _ in range(MOST_PAGES):
        page = await store.page(DELIVERIES, quoted(contact), prefix="delivery:", after=after)
        for each in (codec.typed(Delivery, row.data["state"]) for row in page.rows):
            if each.channel == "sms" and "sent" in each.times and last < each.times["sent"] <= before:
                newest, last = each.id, each.times["sent"]
        if page.after is None:
            break
        after = page.after
    return newest


async def channels(store: Store, contact: str, choices: Sequence[tuple[Channel, str]]) -> Mapping[str, float]:
    """Find which channels may be used, and how often the contact has answered to each: 0 to 1.

    Looked at are up to a hundred of the contact's deliveries. They are keyed by hashes: of more, that is a sample.
    Without any, a channel counts as answered to half the time (Laplace's rule of succession).
    """
    found = await _contact(store, contact)
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


async def verdicts(
    store: Store, catalogue: Catalogue, contact: str, asked: Set[Asked], now: datetime
) -> Mapping[str, bool]:
    """What conditions find of a contact at this time, by `verdict_key`: one read, and none where nothing is asked.

    Of a contact that does not exist nothing is true.
    """
    if not asked:
        return {}
    found = await _contact(store, contact)
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


async def audience(
    store: Store, catalogue: Catalogue, event: str, fired: TriggerFired, now: datetime
) -> tuple[str | None, str]:
    """Find the contact that an event is about, or the closed code of why there is none."""
    if fired.contact is not None:
        return fired.contact, ""
    trigger = catalogue.triggers.get(fired.trigger)
    if trigger is None:
        return None, "unknown_trigger"
    if trigger.audience is None:
        return None, "no_audience"
    value = fired.attributes.get(trigger.audience.attribute)
    if value is None:
        return None, "no_audience"
    if trigger.audience.via is None:
        return str(value), ""
    device = await read_head(store, devices.TABLE, quoted(str(value)), devices.HEAD, devices.Device)
    if device is None:
        return None, "unknown_device"
    owner = device.owner_at(fired.time)
    if owner is None:
        return None, "no_owner_at_that_time"
    if fired.timed and fired.time <= now:
        return owner, ""
    return await _pinned(store, str(value), event, owner), ""


async def _pinned(store: Store, device: str, event: str, owner: str) -> str:
    """Return whom the event was first taken for.

    Without a past time of its own, it would be the next owner's when it comes again after the device changed hands,
    and start a second run (I2).
    """
    partition, key = quoted(device), f"event:{event}"
    try:
        await store.write(devices.TABLE, partition, Insert(key, {"contact": owner}))
    except Conflict:
        row = await store.get(devices.TABLE, partition, key)
        return str(row.data["contact"]) if row else owner
    return owner
