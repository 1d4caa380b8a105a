"""What a run has left behind: rows of the tables, messages in the sink's inbox, counts of the queues."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables.aio import TableServiceClient

from shared.runtime.azure.entity import row

Rows = dict[tuple[str, str], Mapping[str, Any]]
"""Partition and key to content."""

JOURNEY = "critical-device-error"
FOLLOWING = "case-not-started"
"""The journey that waits for a day beside each open case."""
TELLING = "case-status-update"
"""The journey that tells the customer by e-mail when a case is resolved."""


class Tables:
    """Whole tables; the system itself never reads more than a partition."""

    def __init__(self, service: TableServiceClient) -> None:
        self._service = service

    @classmethod
    @asynccontextmanager
    async def connected(cls, connection: str) -> AsyncIterator["Tables"]:
        async with TableServiceClient.from_connection_string(connection) as service:
            yield cls(service)

    async def rows(self, table: str) -> Rows:
        """Return all rows; a table that nobody has written to is empty."""
        client = self._service.get_table_client(table)
        try:
            return {(found["PartitionKey"], found["RowKey"]): row(found).data async for found in client.list_entities()}
        except ResourceNotFoundError:
            return {}

    async def heads(self, table: str) -> int:
        """Count the aggregates."""
        return sum(key == "head" for _, key in await self.rows(table))


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that an audit looks at, read at one time of rest."""

    runs: list[Mapping[str, Any]]
    cases: dict[str, Mapping[str, Any]]
    guards: dict[tuple[str, str], Mapping[str, Any]]
    """Device and error code to the guard of the one case that is open for them."""
    deliveries: dict[str, Mapping[str, Any]]
    open_list: set[str]
    """The cases that the list of open ones shows."""
    rejected: list[Mapping[str, Any]]
    unmatched: list[Mapping[str, Any]]
    inbox: list[Mapping[str, Any]]
    """What customers received, by the sink's account."""
    queues: dict[str, dict[str, int]]

    @classmethod
    async def read(cls, tables: Tables, inbox: list[dict[str, Any]], queues: dict[str, dict[str, int]]) -> Self:
        devices = await tables.rows("devices")
        return cls(
            runs=_states(await tables.rows("runs"), "run:"),
            cases={state["id"]: state for state in _states(await tables.rows("cases"), "head")},
            guards={(device, key[5:]): data["state"] for (device, key), data in devices.items() if key[:5] == "open:"},
            deliveries={state["id"]: state for state in _states(await tables.rows("contacts"), "delivery:")},
            open_list=_listed(await tables.rows("views")),
            rejected=list((await tables.rows("rejected")).values()),
            unmatched=list((await tables.rows("unmatched")).values()),
            inbox=list(inbox),
            queues=queues,
        )

    def runs_of(self, journey: str) -> list[Mapping[str, Any]]:
        return [run for run in self.runs if run["journey"] == journey]

    def deliveries_by(self, channel: str) -> dict[str, Mapping[str, Any]]:
        return {id_: delivery for id_, delivery in self.deliveries.items() if delivery["channel"] == channel}

    def received(self, channel: str = "sms") -> Counter[str]:
        """Count what customers received by the delivery that it belongs to."""
        return Counter(self._delivery_of(message) for message in self.inbox if message["channel"] == channel)

    def _delivery_of(self, message: Mapping[str, Any]) -> str:
        """Return what an SMS has in its tag; an e-mail has no tag, and is known by the request that it came with."""
        if message["channel"] == "sms":
            return str(message["tag"].rpartition("~")[2])
        request = message["repeatability_id"]
        pinned = ((id_, delivery.get("outgoing") or {}) for id_, delivery in self.deliveries.items())
        return next((id_ for id_, outgoing in pinned if outgoing.get("request_id") == request), request)

    def __str__(self) -> str:
        """Tell it in short, for the eyes of whoever reads a failed test."""
        ends = Counter((run["journey"], run["status"], run["reason"]) for run in self.runs)
        sends = Counter((each["channel"], each["state"], each["reason"]) for each in self.deliveries.values())
        lines = [
            f"runs        {dict(ends)}",
            f"cases       {dict(Counter(case['status'] for case in self.cases.values()))}",
            f"occurrences {sum(guard['count'] for guard in self.guards.values())} behind {len(self.guards)} guards",
            f"deliveries  {dict(sends)}",
            f"inbox       {len(self.inbox)} messages for {len(self.received() + self.received('email'))} deliveries",
            f"rejected    {self.rejected}",
            f"unmatched   {self.unmatched}",
            *(f"{name:<17} {counts}" for name, counts in self.queues.items()),
        ]
        return "\n".join(lines)


def _states(rows: Rows, prefix: str) -> list[Mapping[str, Any]]:
    return [data["state"] for (_, key), data in rows.items() if key.startswith(prefix)]


def _listed(views: Rows) -> set[str]:
    return {data["data"]["id"] for (list_, _), data in views.items() if list_ == "open-cases" and data["data"]}
