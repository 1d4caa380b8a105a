"""What is said to a correspondent's partition: somebody wrote to us, and what became of what was asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import AwareDatetime

from shared.runtime.ids import derived

QUEUE = "case-commands"
TAKE_ACTIVITY = "take_activity"
"""The command of triggers whose events are taken as incoming activities."""
LONGEST_TEXT = 80_000
LONGEST_SUBJECT = 6_000
LONGEST_ATTRIBUTES = 60_000
"""Bytes in JSON, where a letter takes up to twelve: a message goes over the bus with all that is said of it, and
whatever is accepted must go all the way."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came along; only that it did is kept."""

    name: str
    media_type: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class TakeActivity:
    """Somebody wrote to us. Its envelope's id is the message's: what comes again is the same."""

    kind: ClassVar[str] = TAKE_ACTIVITY
    queue: ClassVar[str] = QUEUE

    channel: str
    """email | sms | webhook"""
    address: str = field(repr=False)
    """Who wrote: an e-mail address in lower case, a number in E.164, or whom or what an event is from."""
    at: AwareDatetime
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    to: tuple[str, ...] = field(default=(), repr=False)
    contact: str = ""
    """Whose it is, where that is known already."""
    case: str = ""
    """The case that a mark of ours in the address it was sent to names: whoever has it, has our mail."""
    referred: str = ""
    """The case that a mark in the mails it refers to names: those are quoted and forwarded too."""
    answers_automatic: bool = False
    """Whether what it answers was sent automatically."""
    number: str = ""
    """A case number that it mentions: a hint, and no more."""
    automatic: str = ""
    """Which kind of program sent it; empty: a person wrote it."""
    quiet: bool = False
    """Never to be answered automatically."""
    message_id: str = ""
    attachments: tuple[Attachment, ...] = ()
    trigger: str = ""
    source: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def correspondent(self) -> str:
        return correspondent_of(self.channel, self.address)

    @property
    def brought(self) -> Mapping[str, Any]:
        """What an event brought; its subject and text are kept once, as the message's."""
        return {**self.attributes, **({"subject": self.subject, "text": self.text} if self.trigger else {})}


@dataclass(frozen=True, slots=True)
class ContinueActivity:
    """What a message waited for was answered: the contact is there, the case is open (again), the mail is on it."""

    kind: ClassVar[str] = "continue_activity"
    queue: ClassVar[str] = QUEUE

    correspondent: str
    activity: str
    stage: str
    """Which it waited for."""
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReleaseActivity:
    """A person decides about a held or ignored message."""

    kind: ClassVar[str] = "release_activity"
    queue: ClassVar[str] = QUEUE

    correspondent: str
    activity: str
    by: str
    contact: str = ""
    """Whose it is; empty: as the address says."""
    case: str = ""
    """The case that it goes to; empty: as the rules say."""
    ignore: bool = False
    """Leave it for good."""


def correspondent_of(channel: str, address: str) -> str:
    """Name the partition of an address: nobody reads the address from it."""
    return derived("correspondent", channel, address)
