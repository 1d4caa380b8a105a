"""What a send rests on: who gets the message, by which template, and from where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.definitions.templates import Template


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a send needs to know of a contact."""

    name: str
    language: str
    time_zone: str
    points: Mapping[str, str]
    """Channel to contact point."""
    consents: Mapping[str, str]
    """Purpose, or purpose/topic, to consent status, for the contact point of the delivery's channel."""


@dataclass(frozen=True, slots=True)
class SendFacts:
    channel: str
    recipient: Recipient | None
    template: Template | None
    template_version: int
    sender: str
    """Empty where the channel is not set up."""
    ticket_link: Callable[[str, datetime], str]
    """Case and time of issue to a signed link; equal input gives an equal link."""
    reply_mark: Callable[[str, str, bool], tuple[str, str]] = lambda _case, _unique, _automatic: ("", "")
    """Case, what names this mail, and whether nobody wrote it, to its Reply-To and Message-ID; empty for none."""
    is_stopped: bool = False
    """Whether the journey that wanted the message has been stopped meanwhile."""
