"""Alerts and recoveries, held against each other: no recovery undoes an alert, and no guard waits for ever."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from shared.devices.recovery import WORKS
from tests.simulation.evidence import Evidence


def i5_a_recovery_undoes_no_alert(it: Evidence) -> Iterator[str]:
    """A case that a recovery has resolved was seen to work after it was last seen broken."""
    heads = {case: rows["head"]["state"] for case, rows in it.tables("cases").items()}
    for place, guard in _guards(it):
        case = heads.get(guard["case"], {})
        if case.get("status") == "resolved" and case["resolution"] == WORKS and not _works(guard):
            yield f"{place} was last seen broken at {guard['last_seen']}, and {case['id']} is resolved by a recovery"


def a_guard_keeps_its_promise(it: Evidence) -> Iterator[str]:
    """The case that a guard names is there, at its epoch or a later one: alerts would be counted, and open nothing."""
    heads = {case: rows["head"]["state"] for case, rows in it.tables("cases").items()}
    for place, guard in _guards(it):
        if guard["case"] and heads.get(guard["case"], {"epoch": 0})["epoch"] < guard["epoch"]:
            yield f"{place} waits for epoch {guard['epoch']} of {guard['case']}"


def _guards(it: Evidence) -> Iterator[tuple[str, dict[str, Any]]]:
    for partition, rows in it.tables("devices").items():
        yield from ((f"{partition} {key}", row["state"]) for key, row in rows.items() if key.startswith("open:"))


def _works(guard: dict[str, Any]) -> bool:
    return guard["recovered_at"] is not None and _moment(guard["recovered_at"]) >= _moment(guard["last_seen"])


def _moment(text: str) -> datetime:
    """Times are compared as times: as text, a whole second comes after its own fractions."""
    return datetime.fromisoformat(text)


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (i5_a_recovery_undoes_no_alert, a_guard_keeps_its_promise)
