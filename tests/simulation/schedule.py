"""Coroutines stepped by hand on a virtual clock: no event loop, no threads, every choice made by a seed."""

import random
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Point:
    """Where a coroutine stops: at an I/O, or asleep until a time."""

    what: str
    until: datetime | None = None

    def __await__(self) -> Generator[Self]:
        yield self


@dataclass(slots=True)
class Task:
    """One invocation in flight on one process."""

    name: str
    process: int
    coroutine: Coroutine[Any, Any, None]
    finished: Callable[[BaseException | None], None]
    """Told how it ended: None is well, an exception is what it raised."""
    at: Point = field(default_factory=lambda: Point("start"))


class SkewedClock:
    """A process's Clock."""

    def __init__(self, time: "Time", skew: timedelta) -> None:
        self._time = time
        self._skew = skew

    def now(self) -> datetime:
        return self._time.now + self._skew

    async def pause(self, seconds: float) -> None:
        await Point("pause", self._time.now + timedelta(seconds=seconds))


class Time:
    """World time; each process sees it with its own skew."""

    def __init__(self) -> None:
        self.now = START

    def clock(self, skew: timedelta) -> SkewedClock:
        return SkewedClock(self, skew)


class Scheduler:
    """Steps the tasks in an order that the seed chooses."""

    def __init__(self, time: Time, rng: random.Random, trace: Callable[[str], None]) -> None:
        self._time = time
        self._rng = rng
        self._trace = trace
        self.tasks: list[Task] = []

    def add(self, task: Task) -> None:
        self.tasks.append(task)

    def runnable(self) -> list[Task]:
        now = self._time.now
        return [task for task in self.tasks if task.at.until is None or task.at.until <= now]

    def wakes_at(self) -> datetime | None:
        """Return when the next sleeper wakes."""
        return min((task.at.until for task in self.tasks if task.at.until is not None), default=None)

    def step(self, task: Task) -> None:
        """Let the task go on to its next I/O, or to its end."""
        self._trace(f"{task.name} goes on from {task.at.what}")
        try:
            task.at = task.coroutine.send(None)
        except StopIteration:
            self._end(task, None)
        except Exception as error:
            self._trace(f"{task.name} raised {type(error).__name__}: {error}")
            self._end(task, error)

    def crash(self, task: Task) -> None:
        """Kill the task where it stands: nothing after this point happens."""
        self._trace(f"{task.name} CRASHES at {task.at.what}")
        task.coroutine.close()
        self.tasks.remove(task)

    def _end(self, task: Task, error: Exception | None) -> None:
        self.tasks.remove(task)
        task.finished(error)
