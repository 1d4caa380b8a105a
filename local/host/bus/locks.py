"""Locks on messages in hand, renewed for as long as the app wants."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver
from azure.servicebus.exceptions import ServiceBusError

from local.host.logs import one_line

_log = logging.getLogger("host.servicebus")


@dataclass(slots=True)
class Lock:
    """The lock on a message in hand: how long it holds at a time, and until when it is kept."""

    message: ServiceBusReceivedMessage
    duration: timedelta
    keep_until: datetime

    def due(self, now: datetime) -> bool:
        """Whether half of the lock is used up, and it is still to be kept."""
        locked_until = self.message.locked_until_utc
        return locked_until is not None and now < self.keep_until and locked_until - now < self.duration / 2


class Locks:
    """The locks that a receiver keeps."""

    def __init__(self, queue: str, receiver: ServiceBusReceiver, longest: timedelta) -> None:
        self._queue = queue
        self._receiver = receiver
        self._longest = longest
        self._locks: dict[int, Lock] = {}

    def keep(self, message: ServiceBusReceivedMessage) -> None:
        """Renew this message's lock from now on."""
        now, until = datetime.now(UTC), message.locked_until_utc
        if until is not None:
            self._locks[id(message)] = Lock(message, until - now, now + self._longest)

    def drop(self, message: ServiceBusReceivedMessage) -> None:
        """Renew this message's lock no more."""
        self._locks.pop(id(message), None)

    async def renew(self) -> None:
        """Renew every lock that is due."""
        now = datetime.now(UTC)
        for lock in [lock for lock in self._locks.values() if lock.due(now)]:
            try:
                await self._receiver.renew_message_lock(lock.message)
            except ServiceBusError as error:
                self.drop(lock.message)
                _log.warning(
                    "%s: the lock of message %s is lost: %s", self._queue, lock.message.message_id, one_line(error)
                )
