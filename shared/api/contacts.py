"""`/api/contacts`: who a customer is, for the agent who talks with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path

from shared.api.access import Agent
from shared.api.problems import NOT_FOUND
from shared.api.services import Provided, Services
from shared.channels.subscription import host_of
from shared.contacts.contact import Contact, consent_key
from shared.contacts.reading import find_contact
from shared.runtime.problem import Problem

ContactId = Annotated[str, Path(alias="contact", max_length=256)]

router = APIRouter(prefix="/api/contacts", tags=["contacts"])


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What the contact agreed to for a channel's present contact point. Times are UTC."""

    channel: str
    purpose: str
    status: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ContactView:
    """A customer, with the addresses they are reached at by channel."""

    id: str
    name: str
    language: str
    time_zone: str
    points: Mapping[str, str]
    consents: tuple[ConsentView, ...]

    @classmethod
    def of(cls, contact: Contact) -> Self:
        return cls(contact.id, contact.name, contact.language, contact.time_zone, _points(contact), _consents(contact))


@router.get("/{contact}")
async def show_contact(_agent: Agent, services: Provided, contact_id: ContactId) -> ContactView:
    """Show a contact."""
    return ContactView.of(await known_contact(services, contact_id))


async def known_contact(services: Services, contact_id: str) -> Contact:
    """Return the contact; raises Problem (404)."""
    contact = await find_contact(services.store, contact_id)
    if contact is None:
        raise Problem(NOT_FOUND, "There is no contact with this id.")
    return contact


def _points(contact: Contact) -> dict[str, str]:
    """A push subscription is a key to somebody's browser: only its service is shown."""
    return {channel: host_of(point) if channel == "push" else point for channel, point in contact.points.items()}


def _consents(contact: Contact) -> tuple[ConsentView, ...]:
    """Leave out consents for addresses that the contact has no longer."""
    return tuple(
        ConsentView(channel, purpose, held.status, held.source, held.at)
        for channel, point in contact.points.items()
        for purpose in contact.consents_for(channel)
        for held in [contact.consents[consent_key(channel, point, purpose)]]
    )
