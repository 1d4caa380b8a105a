"""NCRONTAB, the six-field cron of timer triggers, in UTC."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cronsim import CronSim, CronSimError

from local.host.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Schedule:
    """A cron expression: second, minute, hour, day, month, day of week; with five fields, second is 0."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """A schedule that is known to have a next time; ConfigError says what is wrong with it."""
        schedule = cls(text)
        try:
            schedule.next_after(datetime.fromisoformat("2026-01-01T00:00:00Z"))
        except (CronSimError, StopIteration) as error:
            raise ConfigError(f"the schedule {text!r} is not a six-field NCRONTAB expression: {error}") from error
        return schedule

    @property
    def is_frequent(self) -> bool:
        """Whether it comes more often than once a minute, all day long: then Azure keeps no record of its runs."""
        _, *others = self.text.split()
        if len(others) < 5 or set(others) != {"*"}:
            return False
        first = self.next_after(datetime.fromisoformat("2026-01-01T00:00:00Z"))
        return self.next_after(first) - first < timedelta(minutes=1)

    def next_after(self, moment: datetime) -> datetime:
        """The first time of the schedule after a moment in UTC."""
        times = CronSim(self.text, moment)
        # NCRONTAB wants both day of month and day of week to match, where Debian's cron wants either.
        times.day_and = True
        return next(times)
