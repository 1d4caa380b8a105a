"""The worker processes that run one state of the app, kept at their number."""

import asyncio
import logging
import socket

from local.host.options import AppOptions
from local.host.workers.member import Member

_TRIES = 5
_SETTLED_SECONDS = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_log = logging.getLogger("host.workers")


class CrewError(Exception):
    """The app does not start, or its workers keep ending before they have."""


class Crew:
    """Starts members, replaces those that end, and has exactly one of them run the timers."""

    def __init__(self, size: int, options: AppOptions, listener: socket.socket) -> None:
        self._size = size
        self._options = options
        self._listener = listener
        self._members: dict[int, Member] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._leader: Member | None = None
        self._has_timers = False
        self.failed = asyncio.Event()

    async def start(self) -> str:
        """Return what there is to show once the first answers; CrewError where the app does not start.

        It goes ahead, so that what is wrong with the app is told once.
        """
        first = await self._begin(1)
        screen = await first.ready()
        if screen is None:
            raise CrewError(f"{first} ended {await first.ended()} before the app ran")
        return screen

    async def complete(self) -> None:
        """Start the others, and return once all run."""
        others = [await self._begin(number) for number in range(2, self._size + 1)]
        await asyncio.gather(*[member.ready() for member in others])
        self._keepers = [asyncio.create_task(self._keep(member)) for member in self._members.values()]

    def take_timers(self) -> None:
        """Run the timers from now on, in one of the members."""
        self._has_timers = True
        self._choose_leader()

    async def dismiss(self) -> bool:
        """End all members; whether each finished what it had in hand."""
        for keeper in self._keepers:
            keeper.cancel()
        return all(await asyncio.gather(*[member.stop() for member in self._members.values()]))

    async def _begin(self, number: int) -> Member:
        try:
            member = await Member.start(number, self._options, self._listener)
        except OSError as error:
            raise CrewError(f"worker {number} cannot be started: {error}") from error
        self._members[number] = member
        return member

    async def _keep(self, member: Member) -> None:
        """Replace the member as often as it ends, unless its successors end before they are ready, or cannot start."""
        number, failures, pause = member.number, 0, _FIRST_PAUSE
        how = await self._loss(member)
        while failures < _TRIES:
            _log.warning("%s; another starts in %.1f s", how, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            try:
                member = await self._begin(number)
            except CrewError as error:
                failures, how = failures + 1, str(error)
                continue
            failures = 0 if await member.ready() else failures + 1
            self._choose_leader()
            how = await self._loss(member)
            pause = _FIRST_PAUSE if member.age > _SETTLED_SECONDS else pause
        _log.error("%s; that was the last of %d tries", how, _TRIES)
        self.failed.set()

    async def _loss(self, member: Member) -> str:
        """Return when the member has ended; how it did."""
        how = f"{member} ended {await member.ended()}"
        del self._members[member.number]
        if self._leader is member:
            self._leader = None
            self._choose_leader()
        return how

    def _choose_leader(self) -> None:
        if not self._has_timers or self._leader is not None:
            return
        self._leader = next((member for member in self._members.values() if member.is_ready), None)
        if self._leader is not None:
            self._leader.run_timers()
