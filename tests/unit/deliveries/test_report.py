"""Reports come at least once, in any order: each counts once, and a terminal state never changes."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations, product

import pytest

from shared.deliveries.delivery import Delivery
from shared.deliveries.messages import DeliveryReported
from shared.deliveries.reasons import REASONS
from shared.deliveries.report import ENGAGEMENTS, MAX_REPORTS, apply_report
from shared.runtime.decision import Decision
from tests.unit.deliveries.building import NOON, Sending, message, state

STATES = ("waiting", "blocked", "sending", "sent", "delivered", "failed")
OUTCOMES = {
    "delivered": ("delivered", ""),
    "failed": ("failed", "provider_rejected"),
    "bounced_hard": ("failed", "bounced_hard"),
    "bounced_soft": ("failed", "bounced_soft"),
}


def delivery(held: str = "sent", **fields: object) -> Delivery:
    return replace(Sending().delivery, state=held, **fields)  # type: ignore[arg-type]


def apply(held: Delivery, report: str, id: str = "r1", minutes: int = 1) -> Decision[Delivery]:  # noqa: A002
    body = DeliveryReported("C-1", "d1", report, NOON + timedelta(minutes=minutes))
    return apply_report(held, message(body, id), None, NOON)


@pytest.mark.parametrize(("held", "report"), list(product(("sending", "sent"), OUTCOMES)))
def test_an_outcome_ends_what_is_on_its_way(held: str, report: str) -> None:
    ended = state(apply(delivery(held), report))
    assert (ended.state, ended.reason) == OUTCOMES[report]
    assert ended.times[ended.state] == NOON + timedelta(minutes=1)


@pytest.mark.parametrize(("held", "report"), list(product(("waiting", "blocked", "delivered", "failed"), OUTCOMES)))
def test_any_other_state_stays_as_it_is(held: str, report: str) -> None:
    decision = apply(delivery(held), report)
    assert replace(decision, raised=(), records=()) == Decision()


@pytest.mark.parametrize(("held", "report"), list(product(STATES, ENGAGEMENTS)))
def test_what_the_customer_does_is_counted_in_every_state(held: str, report: str) -> None:
    counted = state(apply(delivery(held), report))
    assert (counted.state, counted.engagements) == (held, {report: 1})
    assert counted.times[report] == NOON + timedelta(minutes=1)


def test_engagements_are_counted_each_by_itself() -> None:
    held = delivery("delivered")
    for number, report in enumerate(("opened", "clicked", "opened", "opened")):
        held = state(apply(held, report, f"r{number}", minutes=number))
    assert held.engagements == {"opened": 3, "clicked": 1}
    assert held.times["opened"] == NOON


@pytest.mark.parametrize("report", [*OUTCOMES, *ENGAGEMENTS])
def test_a_report_that_comes_again_changes_nothing(report: str) -> None:
    once = state(apply(delivery(), report))
    assert replace(apply(once, report), raised=(), records=()) == Decision()


@pytest.mark.parametrize("order", list(permutations((5, 3, 9))))
def test_the_first_time_is_kept_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    held = delivery("delivered")
    for minute in order:
        held = state(apply(held, "opened", f"r{minute}", minute))
    assert held.times["opened"] == NOON + timedelta(minutes=3)


@pytest.mark.parametrize("order", list(permutations(("delivered", "opened", "clicked"))))
def test_a_customer_may_open_before_delivery_is_reported(order: tuple[str, ...]) -> None:
    held = delivery("sent")
    for report in order:
        held = state(apply(held, report, report))
    assert (held.state, held.engagements) == ("delivered", {"opened": 1, "clicked": 1})


def test_counting_has_an_end_and_the_row_does_not_grow_for_ever() -> None:
    full = delivery("delivered", reports=tuple(f"r{number}" for number in range(MAX_REPORTS)))
    assert replace(apply(full, "opened", "one more"), raised=(), records=()) == Decision()


def test_a_mail_that_was_opened_often_can_still_bounce() -> None:
    full = delivery("sent", reports=tuple(f"r{number}" for number in range(MAX_REPORTS)))
    assert state(apply(full, "bounced_hard", "one more")).state == "failed"


def test_every_reason_of_a_failure_has_words() -> None:
    assert {reason for _, reason in OUTCOMES.values() if reason} <= REASONS.keys()
