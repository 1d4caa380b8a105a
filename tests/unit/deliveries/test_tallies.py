"""What is counted of a message for its tile: each state and reaction once, however often it is told again."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.deliveries.delivery import Delivery
from shared.deliveries.messages import DeliveryReported
from shared.deliveries.report import apply_report
from shared.deliveries.send import send
from shared.runtime import counters
from shared.runtime.decision import Decision, Tally
from shared.runtime.memory.store import MemoryStore
from tests.unit.deliveries.building import NOON, Sending, facts, message, request

FROM: dict[str, Any] = {"journey": "care", "version": 3, "run": "r", "tile": "tell"}


class Counts:
    """A journey's counters; everything is published twice, as after a crash."""

    def __init__(self) -> None:
        self.store = MemoryStore()

    async def add(self, *decisions: Decision[Delivery]) -> None:
        for decision in decisions * 2:
            for record in decision.records:
                assert isinstance(record, Tally)
                await counters.count(self.store, record)

    async def read(self) -> dict[str, int]:
        return dict((await counters.read(self.store, "care")).get("3", Counter()))


def sending(channel: Any = "sms") -> Sending:
    return Sending(channel, **FROM)


def reported(sending: Sending, report: str, id: str, days: int = 0) -> Decision[Delivery]:  # noqa: A002
    body = DeliveryReported("C-1", "d1", report, NOON + timedelta(days=days))
    decision = apply_report(sending.delivery, message(body, id), None, NOON)
    sending.delivery = decision.state or sending.delivery
    return decision


async def test_a_message_is_sent_and_delivered() -> None:
    counts, one = Counts(), sending()
    await counts.add(one.answered("accepted", provider_id="p1"), reported(one, "delivered", "r1"))
    await counts.add(reported(one, "delivered", "r2"), one.again(one.request))
    assert await counts.read() == {"tell.sent": 1, "tell.delivered": 1}


async def test_a_report_that_overtook_the_answer_counts_both_once() -> None:
    counts, one = Counts(), sending()
    await counts.add(reported(one, "delivered", "r1"), one.answered("accepted", provider_id="p1"))
    assert await counts.read() == {"tell.sent": 1, "tell.delivered": 1}


async def test_a_message_that_came_back_was_sent_and_failed() -> None:
    counts, one = Counts(), sending("email")
    await counts.add(one.answered("accepted", provider_id="p1"), reported(one, "bounced_hard", "r1"))
    await counts.add(one.again(one.request))
    assert await counts.read() == {"tell.sent": 1, "tell.failed:bounced_hard": 1}


async def test_a_message_that_was_refused_was_never_sent() -> None:
    counts, one = Counts(), sending()
    await counts.add(one.answered("rejected"), one.again(one.request))
    assert await counts.read() == {"tell.failed:provider_rejected": 1}


async def test_a_message_that_may_not_be_sent_is_blocked_by_its_reason() -> None:
    counts = Counts()
    await counts.add(send(message(request(**FROM)), facts(recipient=None), NOON))
    assert await counts.read() == {"tell.blocked:contact_missing": 1}


async def test_attempts_count_nothing_until_one_succeeds() -> None:
    counts, one = Counts(), sending()
    await counts.add(one.answered("unavailable"), one.again())
    assert await counts.read() == {}
    await counts.add(one.answered("accepted", provider_id="p1"))
    assert await counts.read() == {"tell.sent": 1}


@pytest.mark.parametrize("kind", ["opened", "clicked", "replied"])
async def test_reactions_are_counted_each_and_once_per_message(kind: str) -> None:
    counts, one = Counts(), sending("email")
    for number in range(3):
        await counts.add(reported(one, kind, f"r{number}", days=number))
    await counts.add(reported(one, kind, "r1", days=1))
    assert await counts.read() == {f"tell.{kind}": 1, f"tell.{kind}_total": 3}


async def test_a_test_run_counts_nothing() -> None:
    counts, one = Counts(), sending()
    tested = replace(message(one.request), test=True)
    one.delivery = send(tested, one.facts, NOON).state or one.delivery
    assert one.delivery.test
    await counts.add(one.answered("accepted", provider_id="p1"), reported(one, "delivered", "r1"))
    await counts.add(reported(one, "opened", "r2"))
    assert await counts.read() == {}


async def test_what_no_journey_sent_is_counted_nowhere() -> None:
    one = Sending("sms")
    assert one.answered("accepted", provider_id="p1").records == ()


async def test_an_outcome_that_was_known_costs_no_second_count_of_its_sending() -> None:
    one = sending()
    one.answered("accepted", provider_id="p1")
    assert len(reported(one, "delivered", "r1").records) == 1
