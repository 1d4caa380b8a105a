"""Answers to a case that is closed: the case's own guard is asked whether it may be opened again."""

from typing import Any

import pytest

from shared.cases.messages import OpenCase, ResolveCase
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Change
from tests.unit.intake.desk import IntakeDesk, raw, rules
from tests.unit.pages.world import CONTACT

ONE, TWO = "01AAAAAAAAAAAAAAAAAAAAAAAA", "01BBBBBBBBBBBBBBBBBBBBBBBB"
DEVICE = {"device": "D-1", "error_code": 11}
KEYS = [("[device, error_code]", DEVICE), ("[device]", DEVICE), ("attribute", {"alert_key": "site-7"})]


async def resolved(policy: str, fields: dict[str, Any]) -> IntakeDesk:
    """An alert's case that is resolved, under a policy of what alerts have one case."""
    desk = IntakeDesk()
    await desk.publish(f"policy: cases\nalert_key: {policy}\n", rules())
    await desk.world.has_contact()
    await desk.world.say(OpenCase(ONE, CONTACT, "Leak", **fields))
    await desk.world.work()
    await desk.world.say(ResolveCase(ONE, "kim"))
    await desk.world.work()
    return desk


async def statuses(desk: IntakeDesk) -> dict[str, str]:
    return {line["id"]: line["status"] for line in await desk.cases_of()}


async def answer(desk: IntakeDesk) -> str:
    """An answer to the case that was resolved; returns the case that it went to."""
    number = next(line["number"] for line in await desk.cases_of() if line["id"] == ONE)
    return (await desk.mail(subject=f"Re: {number}")).case


@pytest.mark.parametrize(("policy", "fields"), KEYS)
async def test_a_case_is_not_opened_again_beside_the_one_that_is_open_for_its_alert(
    policy: str, fields: dict[str, Any]
) -> None:
    desk = await resolved(policy, fields)
    await desk.world.say(OpenCase(TWO, CONTACT, "Leak", **fields), minutes=60 * 30)
    await desk.world.work()
    assert await statuses(desk) == {ONE: "resolved", TWO: "active"}
    assert await answer(desk) not in (ONE, TWO)
    assert (await statuses(desk))[ONE] == "resolved"


@pytest.mark.parametrize(("policy", "fields"), KEYS)
async def test_where_none_is_open_it_is_the_same_case_again_and_the_next_alert_finds_it(
    policy: str, fields: dict[str, Any]
) -> None:
    desk = await resolved(policy, fields)
    assert await answer(desk) == ONE
    await desk.world.say(OpenCase(TWO, CONTACT, "Leak", **fields), minutes=60 * 30)
    await desk.world.work()
    assert await statuses(desk) == {ONE: "active"}


class Crash(Exception):
    """The process ended."""


class Crashing(MemoryStore):
    """Once it is armed, whoever takes a message ends after its commit."""

    armed = False

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        etags = await super().write(table, partition, *changes)
        if self.armed and table == "correspondents":
            self.armed = False
            raise Crash
        return etags


async def test_of_two_answers_the_later_one_is_on_the_case_that_the_other_has_opened_again() -> None:
    """The first one's process ends after its commit: it asks for the case when the second one has it."""
    store = Crashing()
    desk = IntakeDesk(store=store)
    await desk.publish(rules())
    await desk.world.has_contact()
    await desk.world.say(OpenCase(ONE, CONTACT, "Leak", origin="email"))
    await desk.world.work()
    await desk.world.say(ResolveCase(ONE, "kim"))
    await desk.world.work()
    number = (await desk.cases_of())[0]["number"]
    receipt = await desk.hand_in(raw(subject=f"Re: {number}", message_id="<1@x.org>"))
    store.armed = True
    handle, delivery = desk.world.services.pipeline.handle, desk.world.bus.receive("case-commands")
    assert delivery is not None
    with pytest.raises(Crash):
        await handle("case-commands", delivery.message.body)
    second = await desk.mail(raw("And one more thing.", subject=f"Re: {number}", message_id="<2@x.org>"))
    await handle("case-commands", delivery.message.body)
    await desk.world.work()
    first = await desk.incoming(receipt)
    assert [(each.state, each.case) for each in (first, second)] == [("done", ONE)] * 2
    assert await statuses(desk) == {ONE: "active"}
