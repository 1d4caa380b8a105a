"""A world of two processes running the real handlers, a store, a bus, and everything that can go wrong between them."""

import random
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from shared.bootstrap import Services, compose
from shared.definitions.loader import Documents, load, read_tree
from shared.deliveries.perform import Performer
from shared.runtime.memory.bus import Delivery, MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.settings import Settings
from shared.runtime.store import Change
from tests.simulation.cloud import Faults, FaultyBus, FaultyProvider, FaultyStore
from tests.simulation.schedule import START, Scheduler, Task, Time

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "CAREBUS_PUBLIC_URL": "https://care.example",
    "CAREBUS_LINK_KEYS": "k1:0123456789abcdef0123456789abcdef",
    "CAREBUS_SENDERS": '{"*": {"sources": ["*"], "triggers": ["*"]}}',
    "CAREBUS_SMS_FROM": "+15550100",
    "CAREBUS_EMAIL_FROM": "care@example.com",
    "CAREBUS_REPLY_ADDRESS": "care@example.com",
    "CAREBUS_VAPID_KEY": "not used: the provider is in memory",
    "AcsConnection": "none",
    "ServiceBusConnection": "none",
    "TablesConnection": "none",
}
PROCESSES = 2
MAX_IN_FLIGHT = 8
MAX_STEPS = 200_000
FOREIGN = ("device-events", "delivery-reports")


OPTIONAL = ("winding.yaml", "members.yaml")
"""What only some worlds publish: each makes a world twice as busy."""


@cache
def documents(version: int, optional: frozenset[str] = frozenset(OPTIONAL)) -> Documents:
    """Return the story's definitions with the simulation's own, as they are published first (1) and later (2)."""
    own = read_tree(Path(__file__).parent / "definitions" / {1: "first", 2: "second"}[version])
    chosen = {file: text for file, text in own.items() if file not in OPTIONAL or file in optional}
    return load(read_tree(ROOT / "definitions") | chosen)


class Stuck(AssertionError):
    """The world does not come to rest."""


class World:
    """Runs until nothing is left to do; its log is for a seed that failed."""

    def __init__(self, seed: int, faults: Faults) -> None:
        self.rng = random.Random(seed)
        self.faults = faults
        self.time = Time()
        self._log: list[tuple[datetime, str]] = []
        self.commits: list[tuple[str, str, Change]] = []
        self.rows = MemoryStore()
        self.queues = MemoryBus(self.time.clock(timedelta()), duplicate_window=faults.duplicate_window)
        self.store = FaultyStore(self.rows, self.rng, faults, lambda *commit: self.commits.append(commit))
        self.bus = FaultyBus(self.queues, self.rng, faults, self.time)
        self.provider = FaultyProvider(self.time, self.rng, faults)
        self.scheduler = Scheduler(self.time, self.rng, self.trace)
        self._skews = [timedelta(seconds=self.rng.uniform(-1, 1) * faults.skew.seconds) for _ in range(PROCESSES)]
        self.processes = [self._boot(number) for number in range(PROCESSES)]
        self.plans: list[tuple[datetime, Callable[[], None]]] = []
        self.deliveries = 0
        self.ticks = 0
        self.optional = frozenset(file for file in OPTIONAL if self.rng.random() < 0.06)

    def trace(self, line: str) -> None:
        self._log.append((self.time.now, line))

    @property
    def log(self) -> list[str]:
        """What happened, with its times."""
        return [f"{at.isoformat()}  {line}" for at, line in self._log]

    def plan(self, seconds: float, action: Callable[[], None]) -> None:
        """Let something happen so many seconds after the start."""
        self.plans.append((START + timedelta(seconds=seconds), action))
        self.plans.sort(key=lambda plan: plan[0])

    def call(
        self, name: str, work: Callable[[Services], Coroutine[Any, Any, Any]], again: Callable[[], None] | None = None
    ) -> None:
        """Run a client's call on some process; `again` is told when it failed or crashed, as a client would notice."""
        process = self.rng.randrange(PROCESSES)

        def finished(error: BaseException | None) -> None:
            if error is not None and again is not None:
                again()

        self.scheduler.add(Task(name, process, work(self.processes[process]), finished))

    def run(self) -> None:
        """Go on until every message is handled, every timer has fired and every plan is carried out."""
        for _ in range(MAX_STEPS):
            if not self._act() and not self._wait():
                return
        raise Stuck(f"not at rest after {MAX_STEPS} steps")

    def calm(self) -> None:
        """No more faults from here on: what is owed now must get done."""
        self.faults = Faults(duplicate_window=self.faults.duplicate_window)
        self.store.faults = self.bus.faults = self.provider.faults = self.faults

    def redrive(self) -> None:
        """Send every dead letter again, as an operator would."""
        for name, queue in self.queues.queues.items():
            dead, queue.dead = queue.dead, []
            for letter in dead:
                self.trace(f"redrive {letter.message.id} on {name}")
                again = replace(letter, deliveries=0, due=self.time.now)
                queue.waiting.append(again)

    def _boot(self, number: int) -> Services:
        clock = self.time.clock(self._skews[number])
        perform = Performer(dict.fromkeys(("sms", "email", "push"), self.provider))
        return compose(Settings.read(ENVIRONMENT), self.store, self.bus, clock, perform)

    def _act(self) -> bool:
        """Do one thing that can be done now; False where there is none."""
        self._carry_out_plans()
        runnable = self.scheduler.runnable()
        ready = self._ready() if len(self.scheduler.tasks) < MAX_IN_FLIGHT else []
        if not runnable and not ready:
            return False
        choice = self.rng.randrange(len(runnable) + min(len(ready), 4))
        if choice >= len(runnable):
            self._deliver(self.rng.choice(ready))
            return True
        task = runnable[choice]
        if self.rng.random() < self.faults.crash_process:
            self._crash_process(task.process)
        elif self.rng.random() < self.faults.crash:
            self.scheduler.crash(task)
            task.finished(RuntimeError("crashed"))
        else:
            self.scheduler.step(task)
        return True

    def _ready(self) -> list[Delivery]:
        held = [name for name, queue in self.queues.queues.items() if queue.waiting]
        return [delivery for name in held for delivery in self.queues.ready(name)]

    def _deliver(self, ready: Delivery) -> None:
        self.deliveries += 1
        locked = self.queues.take(ready)
        number = self.rng.randrange(PROCESSES)
        name = f"#{self.deliveries} {locked.queue}/{locked.message.id[:6]} on p{number}"
        self.trace(f"{name} delivered, {locked.message.body!r}")
        work = self._invocation(self.processes[number], locked.queue, locked.message.body)

        def finished(error: BaseException | None) -> None:
            if error is None:
                self.queues.complete(locked)
            else:
                self.queues.abandon(locked)

        self.scheduler.add(Task(name, number, work, finished))
        if self.rng.random() < self.faults.lock_lost:
            self.trace(f"{name} loses its lock")
            self.queues.abandon(locked)

    def _invocation(self, services: Services, queue: str, raw: bytes) -> Coroutine[Any, Any, None]:
        """Do what the function of this queue does."""
        if queue == "device-events":
            return services.pipeline.translate(queue, raw, services.ingest.from_bus)
        if queue == "delivery-reports":
            return services.pipeline.translate(queue, raw, services.reports.read)
        return services.pipeline.handle(queue, raw)

    def _crash_process(self, number: int) -> None:
        self.trace(f"PROCESS p{number} CRASHES")
        for task in [one for one in self.scheduler.tasks if one.process == number]:
            self.scheduler.crash(task)
            task.finished(RuntimeError("crashed"))
        self.processes[number] = self._boot(number)

    def _carry_out_plans(self) -> None:
        while self.plans and self.time.now >= self.plans[0][0]:
            self.plans.pop(0)[1]()

    def _wait(self) -> bool:
        """Move the clock to the next thing that is due; False where nothing ever will be."""
        times = [delivery.due for queue in self.queues.queues.values() for delivery in queue.waiting]
        times += [
            delivery.locked_until
            for queue in self.queues.queues.values()
            for delivery in queue.waiting
            if delivery.locked_until is not None
        ]
        times += [at for at in (self.scheduler.wakes_at(),) if at is not None]
        times += [at for at, _ in self.plans[:1]]
        later = [at for at in times if at > self.time.now]
        if not later:
            return False
        self.time.now = min(later)
        return True
