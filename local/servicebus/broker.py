"""The namespace: its queues by address, and how they come back after a restart."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from local.servicebus.addresses import DEAD_LETTER_SUFFIX, entity_path
from local.servicebus.entity import Entity
from local.servicebus.errors import NOT_FOUND, RefusedError
from local.servicebus.queues.holdings import Recorder
from local.servicebus.queues.locks import Clock
from local.servicebus.queues.queue import Queue
from local.servicebus.queues.records import Drop, Put, Record
from local.servicebus.queues.session_queue import SessionQueue
from local.servicebus.settings import QueueSettings
from local.servicebus.turn import Turn


class UnfitDataError(Exception):
    """The data holds messages that the configuration has no place for."""


class QueueReport(NamedTuple):
    """A queue's counts: what it holds now, and what passed since the start."""

    active: int
    scheduled: int
    locked: int
    deferred: int
    deadletter: int
    sent: int
    completed: int
    duplicates: int
    forwarded: int


class Broker:
    """All queues and their dead letters."""

    def __init__(self, settings: Iterable[QueueSettings], clock: Clock, turn: Turn, record: Recorder) -> None:
        self._entities: dict[str, Entity] = {}
        self._names: list[str] = []
        settings = list(settings)
        for each in settings:
            dead_letters = Queue(each.of_dead_letters(), clock, record)
            kind = SessionQueue if each.requires_session else Queue
            queue = kind(each, clock, record, dead_letters)
            self._names.append(each.name)
            self._entities[entity_path(each.name)] = Entity(queue, clock, turn)
            self._entities[entity_path(dead_letters.name)] = Entity(dead_letters, clock, turn)
        for entity in self._entities.values():
            if (target := entity.queue.settings.forward_to) is not None:
                entity.queue.forward_to = self._entities[entity_path(target)].queue

    def find(self, path: str) -> Entity:
        """Return the entity at a path; raise `RefusedError`."""
        entity = self._entities.get(path)
        if entity is None:
            raise RefusedError(NOT_FOUND, f"The messaging entity '{path}' could not be found.")
        return entity

    def restore(self, records: Iterable[Record]) -> None:
        """Bring back what was recorded; raise `UnfitDataError`.

        The configuration may be another one than then: what lies in a queue that forwards now is forwarded.
        """
        strangers = Counter[str]()
        for record in records:
            entity = self._entities.get(entity_path(record.queue))
            if entity is not None:
                entity.queue.restore(record)
            else:
                strangers[record.queue] += isinstance(record, Put) - isinstance(record, Drop)
        for queue, messages in strangers.items():
            if messages:
                raise UnfitDataError(f"the data holds messages of '{queue}', which is not configured")
        for entity in self._entities.values():
            self._check_restored(entity.queue)
            entity.queue.forward_kept()

    def _check_restored(self, queue: Queue) -> None:
        for entry in queue.peek(0, sys.maxsize) if isinstance(queue, SessionQueue) else ():
            if entry.session_id is None:
                raise UnfitDataError(f"the data holds a message of '{queue.name}' without the session it requires now")

    def records(self) -> Iterator[Record]:
        """Yield what restores all queues as they are now."""
        for entity in self._entities.values():
            yield from entity.queue.records()

    def record_count(self) -> int:
        """Return how many records restore all queues."""
        return sum(entity.queue.record_count() for entity in self._entities.values())

    def wake(self) -> None:
        """Let every queue look what fell due, and arm its timer."""
        for entity in self._entities.values():
            entity.touch()

    def reports(self) -> dict[str, QueueReport]:
        """Return the counts of every queue by its name."""
        return {name: self._report(entity_path(name)) for name in self._names}

    def _report(self, path: str) -> QueueReport:
        queue, dead_letters = self._entities[path].queue, self._entities[path + DEAD_LETTER_SUFFIX].queue
        dead = sum(dead_letters.counts())
        return QueueReport(*queue.counts(), dead, queue.accepted, queue.completed, queue.duplicates, queue.forwarded)
