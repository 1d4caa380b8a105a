"""How long the broker bears a client that does nothing."""

from typing import NamedTuple


class Patience(NamedTuple):
    """Seconds; the service's own are the defaults."""

    connection: float = 240
    """A client that sends nothing, not even an empty frame, for twice as long is cut off (part 2.4.5)."""
    link: float = 600
    """A link that nothing was sent on, or that a receiver gives no credit, is detached."""

    @property
    def looks_every(self) -> float:
        """How often to look."""
        return min(self.connection, self.link) / 4
