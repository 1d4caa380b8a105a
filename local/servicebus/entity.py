"""A queue with those who receive from it."""

import asyncio
from collections import deque
from typing import Protocol

from local.servicebus.queues.entry import Entry
from local.servicebus.queues.locks import Clock
from local.servicebus.queues.queue import Queue
from local.servicebus.turn import Turn


class Receiver(Protocol):
    """A link that messages go out on."""

    def is_ready(self) -> bool:
        """Tell whether it has credit."""

    def fetch(self) -> Entry | None:
        """Take the next message in the mode the link is in."""

    def deliver(self, entry: Entry) -> None:
        """Send a message."""


class Applicant(Protocol):
    """A link that waits for any session."""

    def try_accept(self) -> bool:
        """Take the next session that is free; tell whether there was one."""


class Entity:
    """Hands a queue's messages to its receivers in turn, and wakes up when something in it falls due."""

    def __init__(self, queue: Queue, clock: Clock, turn: Turn) -> None:
        self.queue = queue
        self._clock = clock
        self._turn = turn
        self._receivers = deque[Receiver]()
        self._applicants = deque[Applicant]()
        self._timer: asyncio.TimerHandle | None = None
        self._wakes_at = 0
        self._is_due = True
        queue.watch(self.touch)

    def touch(self) -> None:
        """Say that something changed: receivers are served at the end of the turn."""
        self._turn.touch(self)

    def join(self, receiver: Receiver) -> None:
        """Add a receiver."""
        self._receivers.append(receiver)
        self.touch()

    def leave(self, receiver: Receiver) -> None:
        """Take a receiver out; what it holds stays locked until the locks end, as in the service."""
        if receiver in self._receivers:
            self._receivers.remove(receiver)
            self.touch()

    def apply(self, applicant: Applicant) -> None:
        """Let somebody wait for any session; who came first has it first."""
        self._applicants.append(applicant)
        self.touch()

    def withdraw(self, applicant: Applicant) -> None:
        """Let somebody wait no more."""
        if applicant in self._applicants:
            self._applicants.remove(applicant)

    def pump(self) -> None:
        """Do what is due and hand out what may go."""
        if self._is_due:
            self._is_due = False
            self.queue.advance()
        while self._applicants and self._applicants[0].try_accept():
            self._applicants.popleft()
        self._hand_out()
        self._arm()

    def _hand_out(self) -> None:
        """Serve each receiver in its turn until none takes more: one that has no credit, or finds nothing."""
        idle = 0
        while idle < len(self._receivers):
            receiver = self._receivers[0]
            self._receivers.rotate(-1)
            entry = receiver.fetch() if receiver.is_ready() else None
            if entry is None:
                idle += 1
            else:
                receiver.deliver(entry)
                idle = 0

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
