"""A queue with those who receive from it."""

import asyncio
from collections import deque
from typing import Protocol

from local.servicebus.entry import Entry
from local.servicebus.locks import Clock
from local.servicebus.queue import Queue
from local.servicebus.turn import Turn


class Receiver(Protocol):
    """A link that messages go out on."""

    def is_ready(self) -> bool:
        """Tell whether it has credit."""

    def fetch(self, queue: Queue) -> Entry | None:
        """Take the next message in the mode the link is in."""

    def deliver(self, entry: Entry) -> None:
        """Send a message."""


class Entity:
    """Hands a queue's messages to its receivers in turn, and wakes up when something in it falls due."""

    def __init__(self, queue: Queue, clock: Clock, turn: Turn, dead_letters: "Entity | None" = None) -> None:
        self.queue = queue
        self.dead_letters = dead_letters
        self._clock = clock
        self._turn = turn
        self._receivers = deque[Receiver]()
        self._timer: asyncio.TimerHandle | None = None
        self._wakes_at = 0
        self._is_due = True

    @property
    def has_receivers(self) -> bool:
        """Tell whether anybody waits for messages."""
        return bool(self._receivers)

    def touch(self) -> None:
        """Say that something changed: receivers are served at the end of the turn."""
        self._turn.touch(self)

    def join(self, receiver: Receiver) -> None:
        """Add a receiver."""
        self._receivers.append(receiver)

    def leave(self, receiver: Receiver) -> None:
        """Take a receiver out; what it holds stays locked until the locks end, as in the service."""
        if receiver in self._receivers:
            self._receivers.remove(receiver)

    def pump(self) -> None:
        """Do what is due and hand out what may go; the same for the dead letters that came of it."""
        if self._is_due:
            self._is_due = False
            self.queue.advance()
        self._hand_out()
        self._arm()
        if self.dead_letters is not None and self.dead_letters.has_receivers:
            self.dead_letters.pump()

    def _hand_out(self) -> None:
        passed_over = 0
        while passed_over < len(self._receivers):
            receiver = self._receivers[0]
            self._receivers.rotate(-1)
            if not receiver.is_ready():
                passed_over += 1
                continue
            entry = receiver.fetch(self.queue)
            if entry is None:
                return
            receiver.deliver(entry)
            passed_over = 0

    def _arm(self) -> None:
        """Wake up for the next deadline; a timer that is early enough stays, and may ring for nothing."""
        deadline = self.queue.next_deadline()
        if deadline is None or (self._timer is not None and self._wakes_at <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._wakes_at = deadline
        delay = max(0, deadline - self._clock()) / 1000
        self._timer = asyncio.get_running_loop().call_later(delay, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._is_due = True
        self.touch()
