"""Sequence numbers in order, of which most are added at the end and taken out at the front."""

from bisect import bisect_left
from collections.abc import Container, Iterator

_SPARE = 1024


class Sequence:
    """Numbers in ascending order; those that are gone are left out when it pays, and skipped until then."""

    def __init__(self) -> None:
        self._numbers: list[int] = []

    def add(self, number: int) -> None:
        """Take a number in, unless it is there."""
        if not self._numbers or number > self._numbers[-1]:
            self._numbers.append(number)
        elif self._numbers[index := bisect_left(self._numbers, number)] != number:
            self._numbers.insert(index, number)

    def tidy(self, present: Container[int], count: int) -> None:
        """Leave out what is gone, once it is more than a part of `count`, how many are present."""
        if len(self._numbers) > count + count // 4 + _SPARE:
            self._numbers = [number for number in self._numbers if number in present]

    def at_least(self, number: int) -> Iterator[int]:
        """Yield the numbers from one on; some may be gone."""
        for index in range(bisect_left(self._numbers, number), len(self._numbers)):
            yield self._numbers[index]
