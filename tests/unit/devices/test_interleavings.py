"""A process dies anywhere in one message, another one comes, then the first again: the device's last word holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from shared.cases.case import Case
from shared.cases.messages import MergeCases, OpenCase
from shared.definitions.policy import Policy
from shared.definitions.published import Definitions
from shared.devices.guard import Guard
from shared.devices.messages import RecoverDevice
from shared.runtime import codec
from shared.runtime.aggregate import read_head
from shared.runtime.envelope import Body, Envelope
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Change
from tests.unit.definitions.world import load
from tests.unit.pages.world import CONTACT, START, World

POLICY = "policy: cases\nrecovery: resolve\nflapping: false\n"


class Crash(Exception):
    """The process is gone."""


class Mortal(MemoryStore):
    """A store whose process dies at its n-th write from now: before it, or behind it."""

    left = 0
    behind = False

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        self.left -= 1
        if self.left == 0 and not self.behind:
            raise Crash
        etags = await super().write(table, partition, *changes)
        if self.left == 0:
            raise Crash
        return etags


@dataclass
class Device:
    """Device D-1, of which alerts and recoveries are told; each is later than the one before."""

    store: Mortal = field(default_factory=Mortal)
    said: int = 0

    def __post_init__(self) -> None:
        self.world = World(store=self.store)

    async def prepared(self) -> "Device":
        await Definitions(self.store, self.world.clock, timedelta()).publish(load(POLICY))
        return self

    def alert(self) -> Envelope:
        return self._told(lambda at: OpenCase(f"CASE-{self.said}", CONTACT, "t", device="D-1", error_code=11, seen=at))

    def recovery(self) -> Envelope:
        return self._told(lambda at: RecoverDevice("D-1", at, 11))

    def _told(self, body_at: Callable[[datetime], Body]) -> Envelope:
        self.said += 1
        self.world.clock.at += timedelta(minutes=1)
        body = body_at(self.world.clock.at)
        return Envelope(f"m{self.said}", body.kind, self.world.clock.at, codec.plain(body))

    async def takes(self, envelope: Envelope, *, dies_at: int = 0, behind: bool = False) -> bool:
        """Handle it, and say whether it was handled to the end."""
        self.store.left, self.store.behind = dies_at, behind
        try:
            await self.world.services.pipeline.take(envelope)
        except Crash:
            return False
        finally:
            self.store.left = 0
        return True

    async def open_cases(self) -> list[str]:
        heads = [await read_head(self.store, "cases", name, "head", Case) for name in self.store.partitions("cases")]
        return [case.id for case in heads if case is not None and case.is_open]

    async def guard(self) -> Guard:
        guard = await read_head(self.store, "devices", "D-1", "open:11", Guard)
        assert guard is not None
        return guard


WRITES = range(1, 16)
ANYWHERE = [(number, behind) for number in WRITES for behind in (False, True)]


@pytest.mark.parametrize(("dies_at", "behind"), ANYWHERE)
async def test_an_alert_behind_a_recovery_that_died_leaves_the_case_open(dies_at: int, behind: bool) -> None:
    device = await Device().prepared()
    assert await device.takes(device.alert())
    recovery = device.recovery()
    await device.takes(recovery, dies_at=dies_at, behind=behind)
    assert await device.takes(device.alert())
    assert await device.takes(recovery)
    assert await device.open_cases() == ["CASE-1"]
    assert (await device.guard()).count == 2


@pytest.mark.parametrize(("dies_at", "behind"), ANYWHERE)
async def test_a_recovery_behind_an_alert_that_died_closes_the_case_in_the_end(dies_at: int, behind: bool) -> None:
    device = await Device().prepared()
    assert await device.takes(device.alert())
    assert await device.takes(device.recovery())
    alert, recovery = device.alert(), device.recovery()
    await device.takes(alert, dies_at=dies_at, behind=behind)
    assert await device.takes(recovery)
    assert await device.takes(alert)
    device.world.clock.at += timedelta(minutes=5)
    await device.world.work()
    assert await device.open_cases() == []
    assert (await device.guard()).count == 2


async def test_alerts_go_on_to_the_case_that_theirs_was_merged_into() -> None:
    device = await Device().prepared()
    await device.takes(device.alert())
    await device.world.say(OpenCase("TARGET", CONTACT, "The whole line stands still"))
    await device.world.say(MergeCases("TARGET", "kim", ("CASE-1",)))
    await device.world.work()
    assert await device.open_cases() == ["TARGET"]
    assert await device.takes(device.alert())
    assert await device.takes(device.recovery())
    assert await device.open_cases() == ["TARGET"]
    assert ((await device.guard()).case, (await device.guard()).count) == ("TARGET", 2)


async def test_messages_have_so_many_writes_that_each_way_of_dying_is_tried() -> None:
    device = await Device().prepared()
    assert not await device.takes(device.alert(), dies_at=6)
    device = await Device().prepared()
    await device.takes(device.alert())
    assert not await device.takes(device.recovery(), dies_at=4)
    assert await device.takes(device.recovery(), dies_at=WRITES.stop)
    assert device.world.clock.at > START


def test_the_policy_of_these_tests_resolves() -> None:
    assert load(POLICY).of_cases["policy"]["cases"] == Policy(recovery="resolve", flapping=None)
