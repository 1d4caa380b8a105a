"""What a queue is configured to do."""

from typing import NamedTuple

from local.servicebus.addresses import DEAD_LETTER_SUFFIX


class QueueSettings(NamedTuple):
    """One queue's properties; durations are milliseconds, None is "never" or "off"."""

    name: str
    lock_duration: int = 60_000
    max_delivery_count: int | None = 10
    time_to_live: int | None = None
    duplicate_window: int | None = None
    dead_letter_on_expiry: bool = False

    def of_dead_letters(self) -> "QueueSettings":
        """Return the settings of the sub-queue: nothing expires there, and nothing is moved on."""
        return QueueSettings(self.name + DEAD_LETTER_SUFFIX, self.lock_duration, max_delivery_count=None)
