"""What is counted of a run's step: per tile who came, waits, went on or left; for the journey who entered and ended.

At every moment `in` = `waiting` + `processed` + `exited` for each tile, and `.entered` = `.running` + `.completed` +
`.exited` for the journey, because a step adds all of its changes in one row (I7). A test run counts nothing.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.journeys.run import Run
from shared.runtime.counters import TABLE, shard_of
from shared.runtime.decision import Remove, Tally
from shared.runtime.ids import joined

WAITING = "run:"
"""Prefix of the lines that list who waits in a journey."""


def passed(tile: str) -> Counter[str]:
    return Counter({f"{tile}.in": 1, f"{tile}.processed": 1})


def stopped_at(tile: str) -> Counter[str]:
    return Counter({f"{tile}.in": 1, f"{tile}.waiting": 1})


def left_from(tile: str) -> Counter[str]:
    """An exit tile was reached."""
    return Counter({f"{tile}.in": 1, f"{tile}.exited": 1})


def went_on(tile: str, way: str = "") -> Counter[str]:
    ways = {f"{tile}.way:{way}": 1} if way else {}
    return Counter({f"{tile}.waiting": -1, f"{tile}.processed": 1, **ways})


def taken_out(tile: str) -> Counter[str]:
    return Counter({f"{tile}.waiting": -1, f"{tile}.exited": 1})


def entered(run: Run) -> Counter[str]:
    """Count an entry, with its end where the first step was the last."""
    return Counter({".entered": 1}) + ended(run, was_running=False)


def ended(run: Run, *, was_running: bool = True) -> Counter[str]:
    """Count where the run stands now, which was or was not counted as running before."""
    counts: Counter[str] = Counter()
    if was_running:
        counts[".running"] -= 1
    counts[f".{run.status}"] += 1
    if run.reason:
        counts[f".exited:{run.reason}"] += 1
    return Counter({key: value for key, value in counts.items() if value})


def refused(reason: str) -> Counter[str]:
    return Counter({f".not_entered:{reason}": 1})


def step_tally(run: Run, cause: str, counts: Mapping[str, int], now: datetime, *, is_listed: bool = True) -> Tally:
    """Return the record of one step: its counts, and whether the run is on the list of those that wait.

    One that was not listed need not be taken off it.
    """
    lines = {f"{WAITING}{run.id}": _line(run)} if is_listed or run.waiting is not None else {}
    return Tally(
        partition=shard_of(run.journey, run.contact),
        group=str(run.version),
        once=joined(run.id, cause),
        day=now.date().isoformat(),
        counts={} if run.test else {key: value for key, value in counts.items() if value},
        lines=lines,
    )


def unlisted(run: Run) -> Remove:
    """Return the record that takes a run off the list which a late message has put there again."""
    return Remove(TABLE, shard_of(run.journey, run.contact), f"{WAITING}{run.id}")


def goal_tally(run: Run) -> Tally:
    """Count the contact once, however many of their runs reach the goal."""
    ways = {f"{tile}.goal:{way}": 1 for tile, way in run.choices.items()}
    once = joined("goal", run.contact)
    return Tally(shard_of(run.journey, run.contact), str(run.version), once, "", {".goal": 1, **ways})


def _line(run: Run) -> Mapping[str, Any] | None:
    if run.waiting is None:
        return None
    return {
        "run": run.id,
        "contact": run.contact,
        "version": run.version,
        "tile": run.waiting.tile,
        "token": run.waiting.token,
        "until": run.waiting.until.isoformat(),
        "test": run.test,
    }
