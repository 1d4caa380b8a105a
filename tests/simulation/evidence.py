"""What a world has left behind, in the shapes that checks ask for."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.simulation.story import Story, tables
from tests.simulation.world import World

Rows = dict[str, dict[str, Any]]


@dataclass
class Evidence:
    """What the world has left behind."""

    world: World
    story: Story
    _tables: dict[str, dict[str, Rows]] = field(default_factory=dict)

    @cached_property
    def stopped(self) -> set[str]:
        """The journeys that were told to stop."""
        return {journey for _, journey, command in self.story.controls if command == "stop"}

    @cached_property
    def all_runs(self) -> list[dict[str, Any]]:
        """Also those that have one id, in the partitions of two contacts."""
        return [row["state"] for rows in self.partitions("runs") for key, row in rows.items() if key[:4] == "run:"]

    @cached_property
    def runs(self) -> dict[str, dict[str, Any]]:
        return {run["id"]: run for run in self.all_runs}

    @cached_property
    def run_steps(self) -> dict[str, list[dict[str, Any]]]:
        steps: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for rows in self.partitions("runs"):
            for key, row in rows.items():
                if key.startswith("step:"):
                    steps[key.split(":")[1]].append(row)
        return {run: sorted(found, key=order_of_run) for run, found in steps.items()}

    @cached_property
    def deliveries(self) -> dict[str, dict[str, Any]]:
        return {
            key[9:]: row["state"]
            for rows in self.partitions("contacts")
            for key, row in rows.items()
            if key.startswith("delivery:")
        }

    @cached_property
    def positions(self) -> dict[tuple[str, str, str], int]:
        """Row to the place of its first commit among all commits."""
        places: dict[tuple[str, str, str], int] = {}
        for place, (table, partition, change) in enumerate(self.world.commits):
            places.setdefault((table, partition, change.key), place)
        return places

    def partitions(self, table: str) -> list[Rows]:
        return list(self.tables(table).values())

    def tables(self, table: str) -> dict[str, Rows]:
        """Return a table as it was left: read once, for nothing changes any more."""
        if table not in self._tables:
            self._tables[table] = tables(self.world, table)
        return self._tables[table]


def order(step: dict[str, Any]) -> int:
    n: int = step["n"]
    return n


def order_of_run(step: dict[str, Any]) -> tuple[bool, int]:
    """A run's entry is a step of the contact's entries, which have a count of their own."""
    return step["kind"] != "enter_journey", step["n"]
