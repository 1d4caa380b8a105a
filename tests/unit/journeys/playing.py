"""Journeys played in the whole system, in memory: what people and devices do is told, and time is moved on."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contacts.messages import PutContact
from shared.journeys.messages import ChangeJourney, MoveRuns
from shared.journeys.parking import TABLE as PARKED
from shared.journeys.run import TABLE, Run
from shared.journeys.tick import envelope as tick
from shared.runtime import counters
from shared.runtime.codec import plain, typed
from shared.runtime.envelope import Body, Envelope, decode
from shared.scenarios.world import VirtualClock, World
from tests.unit.definitions.world import load

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KNOWN = timedelta(minutes=1)
"""After a publication: by then it is in force."""


class Crash(Exception):
    """A process ended just after it had written something."""


class LossyWorld(World):
    """A world in which one message of a kind gets lost with whoever held it."""

    lost = ""
    after = 0

    async def _take(self, queue: str, raw: bytes) -> None:
        if self.lost and decode(raw).kind == self.lost:
            self.after -= 1
            if self.after < 0:
                self.lost = ""
                return
        await super()._take(queue, raw)


class Play:
    """The system, and what a test says and asks of it. Contacts are C-1 and C-2 unless a test adds some."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOON)
        self._writes_left = 0
        self._crashed = False
        self.world = LossyWorld(self.clock, self._written)
        self.services = self.world.services
        self.store = self.services.store
        self._said = 0

    async def publish(self, text: str) -> None:
        try:
            await self.services.definitions.publish(load(text))
        except Crash:
            await self.services.definitions.publish(load(text))
        await self.wait(KNOWN)

    def crash_after(self, writes: int) -> None:
        """Let the process that makes this write, counted from now, end before it does anything else."""
        self._writes_left, self._crashed = writes, False

    @property
    def has_crashed(self) -> bool:
        return self._crashed

    def _written(self, _table: str, _partition: str, _changes: object) -> None:
        self._writes_left -= 1
        if self._writes_left == 0:
            self._crashed = True
            raise Crash

    def _check(self) -> None:
        assert [problem for problem in self.world.problems if "Crash at" not in problem] == []

    async def wait(self, time: timedelta) -> None:
        """Let time pass, and all that is due happen."""
        await self.world.work(self.clock.now() + time)
        self._check()

    async def say(self, body: Body, id: str = "", **fields: Any) -> None:  # noqa: A002
        """Put a message on its queue, and see to what comes of it."""
        self._said += 1
        said = Envelope(id or f"said-{self._said}", body.kind, self.clock.now(), plain(body), **fields)
        await self.world.send(body.queue, said.encode())
        self._check()

    async def contact(self, contact: str = "C-1", **fields: Any) -> None:
        await self.say(PutContact(contact, contact, **fields))

    def lose(self, kind: str, after: int) -> None:
        """Let the next message of this kind get lost that comes after so many others."""
        self.world.lost, self.world.after = kind, after

    async def change(self, command: str, journey: str = "j") -> None:
        """Give a journey a command, and wait until everybody knows."""
        await self.say(ChangeJourney(journey, command))
        await self.wait(KNOWN)

    async def say_at_once(self, command: str, journey: str = "j") -> None:
        """Give a journey a command, and go on before everybody knows."""
        await self.say(ChangeJourney(journey, command))
        await self.wait(timedelta(seconds=1))

    async def move(self, version: int, **places: str) -> None:
        await self.say(MoveRuns("j", version, places))

    async def tick(self, minutes: int = 1) -> None:
        """Let the timer of each of these minutes come."""
        for _ in range(minutes):
            await self.wait(timedelta(minutes=1))
            envelope = tick(self.clock.now())
            await self.world.send("journey-steps", envelope.encode())
            self._check()

    async def runs(self, journey: str = "j") -> dict[str, Run]:
        """Return every run by its id."""
        rows = [
            row
            for partition in self.store.partitions(TABLE)  # type: ignore[attr-defined]
            if partition.startswith(f"{journey}~")
            for row in (await self.store.page(TABLE, partition, prefix="run:", limit=1000)).rows
        ]
        return {row.data["state"]["id"]: typed(Run, row.data["state"]) for row in rows}

    async def by_event(self, journey: str = "j") -> dict[str, Run]:
        return {run.event: run for run in (await self.runs(journey)).values()}

    async def by_contact(self, journey: str = "j") -> dict[str, str]:
        """Return the reason or status of each contact's run."""
        return {run.contact: run.reason or run.status for run in (await self.runs(journey)).values()}

    async def paths(self, journey: str = "j") -> dict[str, tuple[str, ...]]:
        """Return the path of the run of each event."""
        return {event: run.path for event, run in (await self.by_event(journey)).items()}

    async def ends(self, journey: str = "j") -> dict[str, str]:
        """Return the reason or status of the run of each event."""
        return {event: run.reason or run.status for event, run in (await self.by_event(journey)).items()}

    async def steps(self, run: Run) -> list[Mapping[str, Any]]:
        """Return what is on record of a run, in order."""
        partition = f"{run.journey}~{run.contact}"
        rows = (await self.store.page(TABLE, partition, prefix=f"step:{run.id}:", limit=1000)).rows
        return [row.data for row in sorted(rows, key=lambda row: (row.data["at"], row.data["n"]))]

    async def counts(self, version: int = 1, journey: str = "j") -> Counter[str]:
        return (await counters.read(self.store, journey)).get(str(version), Counter())

    async def unmatched(self) -> list[tuple[str, str]]:
        """(trigger, reason) of every event that nobody could take."""
        days = self.store.partitions("unmatched")  # type: ignore[attr-defined]
        lines = [row.data for day in days for row in (await self.store.page("unmatched", day)).rows]
        return [(line["trigger"], line["reason"]) for line in lines]

    async def parked(self, journey: str = "j") -> int:
        return len((await self.store.page(PARKED, journey, limit=1000)).rows)

    async def hints(self) -> list[str]:
        """Name the lists in which some run waits to be found."""
        held = self.store.partitions("waiters")  # type: ignore[attr-defined]
        return sorted([partition for partition in held if (await self.store.page("waiters", partition)).rows])
