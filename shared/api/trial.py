"""A test run: a real run of one contact that counts nowhere, with messages that go to whoever tries it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contacts.reading import find_contact
from shared.definitions.attributes import check
from shared.definitions.catalogue import Catalogue
from shared.journeys.history import Address
from shared.journeys.messages import EnterJourney
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from shared.runtime.ids import derived
from shared.runtime.problem import FieldError
from shared.runtime.store import Store


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried out: a journey, for a contact, with these attributes of its trigger."""

    journey: str
    contact: str
    to: str
    """The contact whose contact points get the messages."""
    attributes: Mapping[str, Any]

    def address(self, id_: str) -> Address:
        return Address(self.journey, self.contact, derived("run", self.journey, "test", id_))

    def envelope(self, id_: str, now: datetime) -> Envelope:
        """Return the message that starts it; equal ids give the same run."""
        run = self.address(id_).run
        body = EnterJourney(self.journey, self.contact, run, f"test-{id_}", self.attributes, now, self.to)
        return Envelope(derived("enter", run), body.kind, now, plain(body), test=True)


async def faults(store: Store, catalogue: Catalogue, trial: Trial) -> list[FieldError]:
    """Return what is wrong with it: attributes that the trigger does not have, people that are not known."""
    journey = catalogue.journeys[trial.journey].journey
    found = [
        FieldError(field, "there is no contact with this id")
        for field, contact in (("contact", trial.contact), ("to", trial.to))
        if await find_contact(store, contact) is None
    ]
    if journey.segment is not None:
        return found + [
            FieldError(f"attributes.{name}", "the journey starts for a segment and takes none")
            for name in trial.attributes
        ]
    trigger = catalogue.triggers[journey.starts_on]
    return found + [
        FieldError(f"attributes.{name}", reason) for name, reason in check(trial.attributes, trigger.attributes)
    ]
