"""What is known of a timer's runs, so that one that was missed is made up for: Azure's schedule monitor.

The rules are those of `ScheduleMonitor.CheckPastDueAsync` and `TimerListener` (Azure/azure-webjobs-sdk-extensions);
there the record is a blob, here a file.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from local.host.timing.schedule import Schedule

# What .NET says for "never".
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Status:
    """When a timer ran last, when it is due next, and at what time that was worked out."""

    last: datetime
    next: datetime
    updated: datetime

    @classmethod
    def first(cls, schedule: Schedule, now: datetime) -> Self:
        """The status of a timer that has never run."""
        return cls(NEVER, schedule.next_after(now), now)

    @classmethod
    def after_run(cls, schedule: Schedule, moment: datetime) -> Self:
        """The status once a run that began at that moment is over."""
        return cls(moment, schedule.next_after(moment), moment)

    @classmethod
    def parse(cls, content: dict[str, str]) -> Self:
        """The status from its record."""
        return cls(*(datetime.fromisoformat(content[name]) for name in ("Last", "Next", "LastUpdated")))

    def record(self) -> dict[str, str]:
        """The status as functions see it, and as it is kept."""
        moments = {"Last": self.last, "Next": self.next, "LastUpdated": self.updated}
        return {name: moment.isoformat() for name, moment in moments.items()}

    def under(self, schedule: Schedule, now: datetime) -> "Status":
        """The status as it was, or a new one where the schedule has changed since: then nothing was missed."""
        origin = self.last if self.last > NEVER else self.updated
        if schedule.next_after(origin) == self.next:
            return self
        upcoming = Status.first(schedule, origin)
        return upcoming if upcoming.next >= now else Status.first(schedule, now)


class Monitor:
    """The statuses of an app's timers: a file for each in the folder; without a folder nothing outlives the host."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "timers" if folder else None

    def read(self, timer: str) -> Status | None:
        """The last status on record; None where there is none, or none that can be read."""
        if self._folder is None:
            return None
        try:
            return Status.parse(json.loads((self._folder / f"{timer}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, timer: str, status: Status) -> None:
        """Put a status on record, whole or not at all; OSError where that fails."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{timer}.json.{os.getpid()}"
        draft.write_text(json.dumps(status.record()), encoding="utf-8")
        draft.replace(self._folder / f"{timer}.json")
