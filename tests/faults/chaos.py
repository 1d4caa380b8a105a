"""Random faults at random moments: processes killed, processes standing still, the provider failing in its ways."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.cloud import Cloud

BETWEEN_SECONDS = (5.0, 20.0)
"""From one fault to the next, unless told otherwise."""
PAUSE_SECONDS = (1.0, 30.0)
SINK_MODES = ("throttle", "error", "drop_request", "drop_answer")
MOST_TIMES = 5
"""How many messages in a row the provider fails, at most."""

Fault = Callable[[Cloud, random.Random], Coroutine[Any, Any, None]]


def _kill(service: str) -> Fault:
    async def fault(cloud: Cloud, _: random.Random) -> None:
        await {"host": cloud.crash_host, "bus": cloud.crash_bus}[service]()

    return fault


def _pause(service: str) -> Fault:
    async def fault(cloud: Cloud, rng: random.Random) -> None:
        await cloud.pause(service, rng.uniform(*PAUSE_SECONDS))

    return fault


def _fail(mode: str) -> Fault:
    async def fault(cloud: Cloud, rng: random.Random) -> None:
        await cloud.sink.fail(rng.choice(["sms", "email"]), mode, times=rng.randint(1, MOST_TIMES))

    return fault


FAULTS: Mapping[str, tuple[str, Fault]] = {
    "kill host": ("host", _kill("host")),
    "kill bus": ("bus", _kill("bus")),
    **{f"pause {service}": (service, _pause(service)) for service in ("host", "bus", "tables", "sink")},
    **{f"provider: {mode}": ("sink", _fail(mode)) for mode in SINK_MODES},
}
"""Name to the service that suffers, and what it suffers."""


@dataclass
class Chaos:
    """Lets something go wrong every now and then; the seed chooses what, after which gap and for how long."""

    cloud: Cloud
    seed: int
    between: tuple[float, float] = BETWEEN_SECONDS
    """Seconds from one fault to the next, at least and at most."""
    happened: Counter[str] = field(default_factory=Counter, init=False)
    going_on: Counter[str] = field(default_factory=Counter, init=False)
    _suffering: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock), init=False)

    async def go_on(self, seconds: float) -> None:
        """Begin faults for so long, and return when the last one is over."""
        rng = random.Random(self.seed)
        left = seconds
        async with asyncio.TaskGroup() as group:
            while (left := left - (pause := rng.uniform(*self.between))) > 0:
                await asyncio.sleep(pause)
                name = rng.choice(list(FAULTS))
                group.create_task(self._let(name, random.Random(rng.random())))

    async def _let(self, name: str, rng: random.Random) -> None:
        """One thing at a time for each service: what is killed while it stands still is not there to go on."""
        service, fault = FAULTS[name]
        async with self._suffering[service]:
            self.happened[name] += 1
            self.going_on[name] += 1
            await fault(self.cloud, rng)
            self.going_on -= Counter([name])
