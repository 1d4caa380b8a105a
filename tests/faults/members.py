"""Contacts in a segment and beside it, and the journey that the segment's members enter. Nobody is written to."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

from shared.contacts.contact import HEAD, TABLE, create_contact
from shared.contacts.messages import PutContact
from shared.definitions.loader import load
from shared.runtime.azure.store import AzureStore
from shared.runtime.codec import plain
from shared.runtime.decision import Put
from shared.runtime.envelope import Message
from shared.runtime.ids import made, quoted
from shared.runtime.step import Head
from shared.runtime.store import MAX_CHANGES, Insert
from tests.faults.cloud import Prepare, publish

JOURNEY, SEGMENT = "welcome-to-berlin", "berliners"
WAITED = "waited"
DEFINITIONS = f"""
segment: {SEGMENT}
members: {{attribute: contact.city, op: eq, value: Berlin}}
---
journey: {JOURNEY}
starts_on: {{segment: {SEGMENT}}}
re_entry: never
tiles:
  - id: half
    split:
      - share: 50
        tiles:
          - id: pause
            wait: {{for: PT2S}}
          - id: left
            exit: {WAITED}
      - share: 50
        tiles:
          - id: call
            create_task: Welcome them
            for: {{queue: hosts}}
            due: P2D
"""
OUTSIDERS = 5
"""One for so many members."""
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many members, and some who live elsewhere."""

    number: int

    @property
    def members(self) -> list[str]:
        return [f"M-{number:05}" for number in range(self.number)]

    @property
    def outsiders(self) -> list[str]:
        return [f"O-{number:05}" for number in range(self.number // OUTSIDERS)]

    def prepare(self) -> Prepare:
        """Return what makes them known and then publishes the journey: only who was there before it begins enters."""

        async def prepare(store: AzureStore) -> None:
            await _put(store, [(who, "Berlin") for who in self.members] + [(who, "Bonn") for who in self.outsiders])
            await publish(store, load({"segment.yaml": DEFINITIONS}))

        return prepare


async def _put(store: AzureStore, people: Iterable[tuple[str, str]]) -> None:
    """Write the rows that the decisions of these contacts say, without a message for each."""
    now, writes = datetime.now(UTC), defaultdict[tuple[str, str], list[Insert]](list)
    for contact, city in people:
        message = Message(made(), now, PutContact(contact, contact, city=city))
        decision = create_contact(message, None, now)
        writes[TABLE, quoted(contact)].append(Insert(HEAD, plain(Head(decision.state, now, 1))))
        for line in (*decision.hints, *decision.records):
            assert isinstance(line, Put)
            writes[line.table, line.partition].append(Insert(line.key, line.data))
    waiting = ((place, some) for place in writes for some in batched(writes[place], MAX_CHANGES, strict=False))

    async def writer() -> None:
        for (table, partition), rows in waiting:
            await store.write(table, partition, *rows)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(writer())
