"""Things that fall due: a heap whose members may be moved or taken out."""

import heapq
from collections.abc import Hashable, Iterator

_SPARE = 1024


def earliest(one: int | None, other: int | None) -> int | None:
    """Return the earlier of two times, of which None is never."""
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


class Deadlines[K: Hashable]:
    """Keys with the time each falls due, earliest first; a key has one time."""

    def __init__(self) -> None:
        self._due: dict[K, int] = {}
        self._heap: list[tuple[int, int, K]] = []
        self._counter = 0

    def __len__(self) -> int:
        return len(self._due)

    def set(self, key: K, at: int) -> None:
        """Let a key fall due at a time, and at no other."""
        self._due[key] = at
        self._counter += 1  # breaks ties, so that keys need no order and come in the order they were set
        heapq.heappush(self._heap, (at, self._counter, key))
        self._tidy()

    def discard(self, key: K) -> None:
        """Let a key not fall due."""
        if self._due.pop(key, None) is not None:
            self._tidy()

    def next(self) -> int | None:
        """Return when the earliest key falls due."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: int) -> Iterator[K]:
        """Take out and yield the keys due by now; keys set meanwhile are among them."""
        while (at := self.next()) is not None and at <= now:
            key = heapq.heappop(self._heap)[2]
            del self._due[key]
            yield key

    def _tidy(self) -> None:
        if len(self._heap) > 2 * len(self._due) + _SPARE:
            self._heap = [item for item in self._heap if self._due.get(item[2]) == item[0]]
            heapq.heapify(self._heap)
