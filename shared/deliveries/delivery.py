"""One sending of a template to one person, from the request to the last report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.channels.provider import Outgoing
from shared.deliveries.messages import SendMessage

TABLE = "contacts"
"""Deliveries live in their contact's partition and are erased with it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Row `delivery:<id>`; its whole life fits this one entity, whose state alone tells a repeat."""

    id: str
    contact: str
    channel: str
    state: str
    """waiting | blocked | sending | sent | delivered | failed"""
    request: SendMessage
    requested_at: datetime
    reason: str = ""
    consent: str = ""
    """The consent status that the verdict rested on."""
    template_version: int = 0
    language: str = ""
    attempt: int = 0
    attempt_at: datetime | None = None
    calls: int = 0
    """Provider calls of this attempt, counted before each is made."""
    outgoing: Outgoing | None = None
    """What the provider is given, pinned with request id and first-sent time: a repeat is byte-identical."""
    provider_id: str = ""
    times: Mapping[str, datetime] = field(default_factory=dict)
    """When each state and engagement was first reached."""
    engagements: Mapping[str, int] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    """Ids of the engagements that were counted."""
    test: bool = False
    """Sent by a test run: counted nowhere."""


@dataclass(frozen=True, slots=True)
class Call:
    """A provider call: the pinned message, and whose delivery it is."""

    contact: str
    delivery: str
    attempt: int
    number: int
    """Which call of the attempt it is, from 1."""
    outgoing: Outgoing
