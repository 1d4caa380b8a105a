"""Critical device errors as the devices' systems tell of them."""

from dataclasses import dataclass

from local.story.crowd import Person
from local.story.device import SOURCE, malfunction
from shared.events.cloudevent import event_id

CODE = 11
"""Above 10: critical."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One event. The same event may be sent any number of times."""

    id: str
    person: Person
    code: int = CODE

    @property
    def event(self) -> str:
        """Our id of it."""
        return event_id(SOURCE, self.id)

    def encode(self) -> bytes:
        return malfunction(self.id, device_id=self.person.device, error_code=self.code)
