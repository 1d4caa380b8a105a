"""Which rule takes a message: the first one whose condition holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.definitions.conditions import MISSING, NOW, Asked, Lookup, asks, holds
from shared.definitions.intake import Intake, Rule
from shared.intake.messages import TakeActivity
from shared.intake.opening import Thread

Column = Callable[[TakeActivity], object]


@dataclass(frozen=True, slots=True)
class IntakeFacts:
    """What a decision about a message rests on."""

    intake: Intake | None
    """None where nothing is published for the channel."""
    contacts: tuple[str, ...] = ()
    """Whose address it is."""
    thread: Thread | None = None
    case: Mapping[str, object] = field(default_factory=dict)
    """What conditions see of the thread's case, by column."""
    verdicts: Mapping[str, bool] = field(default_factory=dict)
    """What they find of the contact."""
    entitlement: str = ""
    """One of the contact's that covers a case of this channel; looked for only where a rule requires one."""
    templates: Mapping[str, str] = field(default_factory=dict)
    """Of the automatic replies: name to channel."""
    chosen: bool = True
    """Whether the contact and the case that a person has chosen exist."""

    @property
    def contact(self) -> str:
        """Who wrote: of several with the address, the one whose case it is about; empty where nobody can tell."""
        if self.thread and self.thread.contact in self.contacts:
            return self.thread.contact
        return self.contacts[0] if len(self.contacts) == 1 else ""

    def recorded(self) -> dict[str, object]:
        """Return what is recorded of it: ids and verdicts, no values."""
        thread = {"case": self.thread.case, "how": self.thread.how} if self.thread else {}
        return {
            "contacts": list(self.contacts),
            **thread,
            "verdicts": dict(self.verdicts),
            "entitlement": self.entitlement,
        }


COLUMNS: Mapping[str, Column] = {
    "subject": lambda said: said.subject or None,
    "text": lambda said: said.text or None,
    "at": lambda said: said.at.isoformat(),
    "from": lambda said: said.address,
    "from_domain": lambda said: said.address.rpartition("@")[2],
    "from_name": lambda said: said.name or None,
    "to": lambda said: ", ".join(said.to) or None,
    "automatic": lambda said: bool(said.automatic),
    "automatic_kind": lambda said: said.automatic or None,
    "attachments": lambda said: len(said.attachments),
    "trigger": lambda said: said.trigger,
    "source": lambda said: said.source,
}
"""Column to what a message says there; None where it says nothing."""


def lookup_of(said: TakeActivity, facts: IntakeFacts, now: datetime) -> Lookup:
    """Return how conditions and mappings see the message, its thread's case and, of a webhook, its event."""
    standing: Mapping[str, object] = {"known_sender": bool(facts.contacts), "on_thread": facts.thread is not None}

    def look(path: str) -> object:
        root, _, name = path.rpartition(".")
        if path == NOW:
            return now.isoformat()
        if root == "event":
            found: object = said.brought.get(name)
        elif root == "case":
            found = facts.case.get(name)
        else:
            found = standing[name] if name in standing else COLUMNS[name](said)
        return MISSING if found is None or found == "" else found

    return look


def first_match(intake: Intake, lookup: Lookup, facts: IntakeFacts) -> Rule | None:
    """Return the rule that counts; one that only updates takes nothing where no case of the thread is known."""
    for rule in intake.rules:
        if rule.update and not rule.create and facts.thread is None:
            continue
        if rule.when is None or holds(rule.when, lookup, facts.verdicts):
            return rule
    return None


def asked_of_contact(intake: Intake) -> frozenset[Asked]:
    """Return what the rules want to know of who wrote."""
    return frozenset[Asked]().union(*(asks(rule.when) for rule in intake.rules if rule.when is not None))
