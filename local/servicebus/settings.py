"""What a queue is configured to do."""

from typing import NamedTuple

from local.servicebus.addresses import DEAD_LETTER_SUFFIX


class ConfigError(Exception):
    """A configuration that cannot be served, with the queue and the property."""


class QueueSettings(NamedTuple):
    """One queue's properties; durations are milliseconds, None is "never" or "off"."""

    name: str
    lock_duration: int = 60_000
    max_delivery_count: int | None = 10
    time_to_live: int | None = None
    duplicate_window: int | None = None
    dead_letter_on_expiry: bool = False
    requires_session: bool = False
    forward_to: str | None = None
    forward_dead_letters_to: str | None = None
    dead_letters_of: str | None = None
    """For a sub-queue of dead letters, the queue they come from."""

    def of_dead_letters(self) -> "QueueSettings":
        """Return the settings of the sub-queue, where nothing expires; if dead letters are forwarded, it forwards."""
        return QueueSettings(
            self.name + DEAD_LETTER_SUFFIX,
            self.lock_duration,
            max_delivery_count=None,
            forward_to=self.forward_dead_letters_to,
            dead_letters_of=self.name,
        )
