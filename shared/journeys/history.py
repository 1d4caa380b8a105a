"""A run with all of its steps, as they are on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.journeys.messages import EnterJourney
from shared.journeys.run import TABLE, partition
from shared.runtime.ids import quoted
from shared.runtime.store import Store

PAGE = 500


@dataclass(frozen=True, slots=True)
class History:
    """The run's state and its steps, oldest first, as plain data."""

    run: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Address:
    """Which run of whom: `journey/contact/run`, what people copy from one command into another."""

    journey: str
    contact: str
    run: str

    def __str__(self) -> str:
        return f"{self.journey}/{self.contact}/{self.run}"

    @classmethod
    def parse(cls, text: str) -> "Address | None":
        """Read it back; only a contact's id may hold a slash."""
        journey, _, rest = text.partition("/")
        contact, _, run = rest.rpartition("/")
        return cls(journey, contact, run) if journey and contact and run else None


async def read_history(store: Store, address: Address) -> History | None:
    """Return the run; None where there is none."""
    place, run = partition(address.journey, address.contact), quoted(address.run)
    before = await store.get(TABLE, place, f"run:{run}")
    while before is not None:
        steps = await _steps(store, place, f"step:{run}:")
        after = await store.get(TABLE, place, before.key)
        if after is not None and after.etag == before.etag:
            return History(before.data["state"], tuple(sorted(steps, key=_order)))
        before = after  # it went on meanwhile
    return None


async def _steps(store: Store, place: str, prefix: str) -> list[Mapping[str, Any]]:
    steps: list[Mapping[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = await store.page(TABLE, place, prefix=prefix, after=after, limit=PAGE)
        steps += [step.data for step in page.rows]
        after = page.after
    return steps


def _order(step: Mapping[str, Any]) -> tuple[bool, int, str]:
    """The entry counts what was in its contact's partition before, all others the run's own steps."""
    return step["kind"] != EnterJourney.kind, step["n"], step["at"]
