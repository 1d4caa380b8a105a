"""The message ids that a queue has seen, for duplicate detection."""

from collections import OrderedDict
from collections.abc import Iterator

from local.servicebus.amqp.types import Value


class History:
    """Ids with the time each was seen first; a repeat inside the window does not make the window longer."""

    def __init__(self, window: int | None) -> None:
        self._window = window
        self._seen = OrderedDict[Value, int]()

    @property
    def is_kept(self) -> bool:
        """Tell whether duplicates are detected at all."""
        return self._window is not None

    def contains(self, message_id: Value, now: int) -> bool:
        """Tell whether an id was seen inside the window, and forget those before it."""
        if self._window is None:
            return False
        start = now - self._window
        while self._seen and next(iter(self._seen.values())) <= start:
            self._seen.popitem(last=False)
        return message_id in self._seen

    def add(self, message_id: Value, now: int) -> None:
        """Remember an id."""
        if self._window is not None:
            self._seen[message_id] = now
            self._seen.move_to_end(message_id)

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[tuple[Value, int]]:
        return iter(self._seen.items())
