"""What a delivery hands to a provider, and what it gets back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to one address, pinned before the first attempt: a repeat must be byte-identical.

    `request_id` (a GUID) and `first_sent` (UTC) name the request to the provider: inside the provider's
    window a repeat with both unchanged is answered like the first and sends nothing.
    """

    channel: str
    to: str
    sender: str
    text: str
    request_id: str
    first_sent: datetime
    subject: str = ""
    html: str = ""
    link: str = ""
    """Where a tap on a push message leads."""
    tag: str = ""
    reply_to: str = ""
    """Of an e-mail: where its answer goes."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a naive time: it would be read as the machine's local time."""
        if self.first_sent.tzinfo is None:
            raise ValueError("first_sent has no time zone")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message; its reports will carry `provider_id`."""

    provider_id: str


class Provider(Protocol):
    """A channel's way out."""

    async def send(self, message: Outgoing) -> Accepted:
        """Hand the message over, or raise one of `shared.channels.errors`."""
        ...
