"""What the watch over a case's SLA does, case by case, on a clock without closing times."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.definitions.conditions import Not
from shared.definitions.sla import Sla
from shared.sla.instance import NEXT
from tests.unit.sla.world import HOUR, Desk, item, sla, utc, when

OPENED = utc("2026-03-04 10:00")
MINUTE = timedelta(minutes=1)
CRITICAL = when("priority", "critical")


def at(hours: float) -> datetime:
    """So many hours after the case was opened."""
    return OPENED + timedelta(hours=hours)


def desk(*slas: Sla, **columns: object) -> Desk:
    return Desk(*(slas or (sla(item()),)), opened_at=OPENED, **columns).change(OPENED)


def test_a_case_that_is_opened_has_its_deadlines() -> None:
    held = desk().instance()
    assert (held.state, held.warns_at, held.fails_at) == ("in_progress", at(2), at(4))


def test_a_deadline_passes_at_its_very_moment() -> None:
    held = desk().change(at(2) - timedelta(microseconds=1))
    assert held.instance().state == "in_progress"
    assert held.change(at(2)).instance().state == "nearing"
    assert held.change(at(4)).instance().state == "noncompliant"
    assert held.instance().failed_at == at(4)
    held.audit()


def test_a_late_check_warns_before_it_fails_and_says_when_each_was_due() -> None:
    held = desk().change(at(9))
    assert [(each.kind, each.due, each.at) for each in held.told("warned", "failed")] == [
        ("warned", at(2), at(9)),
        ("failed", at(4), at(9)),
    ]
    assert held.told("failed")[0].lateness == 5 * HOUR


def test_a_check_that_comes_again_changes_nothing() -> None:
    held = desk().change(at(4))
    before = held.instances, len(held.happenings)
    held.change(at(4)).change(at(5))
    assert (held.instances, len(held.happenings)) == before


def test_a_solved_case_keeps_its_promise() -> None:
    held = desk().resolve(at(3))
    assert (held.instance().state, held.instance().succeeded_at) == ("succeeded", at(3))
    assert held.instance().elapsed == 3 * HOUR
    held.change(at(9)).audit()
    assert [each.kind for each in held.told()] == ["started", "warned", "succeeded"]


def test_a_promise_that_was_broken_stays_so() -> None:
    held = desk().resolve(at(5))
    assert held.instance().state == "noncompliant"
    held.audit()


def test_a_pause_moves_the_deadlines_by_its_length() -> None:
    held = desk().hold(at(1))
    assert (held.instance().paused_since, held.instance().fails_at) == (at(1), None)
    held.go_on(at(11))
    assert (held.instance().warns_at, held.instance().fails_at) == (at(12), at(14))
    assert held.instance().on_hold == 10 * HOUR
    held.audit()


def test_nothing_is_due_while_it_is_paused() -> None:
    held = desk().hold(at(1)).change(at(99))
    assert held.instance().state == "paused"
    assert held.told("warned", "failed") == []


def test_a_pause_after_the_warning_does_not_warn_again() -> None:
    held = desk().change(at(2)).hold(at(3)).go_on(at(10))
    assert held.instance().state == "nearing"
    held.change(at(10.5))
    assert held.change(at(11)).instance().state == "noncompliant"
    assert len(held.told("warned")) == 1
    held.audit()


def test_a_pause_counts_from_when_its_command_was_accepted() -> None:
    held = desk().hold(at(1.5), accepted=at(1))
    assert held.instance().paused_since == at(1)
    held.go_on(at(3.5), accepted=at(3))
    assert held.instance().fails_at == at(6)
    held.audit()


def test_a_pause_that_comes_after_the_deadline_takes_nothing_back() -> None:
    late = desk().hold(at(5), accepted=at(3))
    checked = desk().change(at(5)).hold(at(5), accepted=at(3))
    assert late.instances == checked.instances
    assert late.instance().state == "noncompliant"


def test_going_on_late_can_mean_to_have_failed_already() -> None:
    held = desk().hold(at(3)).go_on(at(9), accepted=at(5))
    assert (held.instance().state, held.instance().failed_at) == ("noncompliant", at(6))
    held.audit()


def test_a_case_that_is_solved_on_hold_succeeds_without_the_time_on_hold() -> None:
    held = desk().hold(at(1)).resolve(at(50))
    assert (held.instance().state, held.instance().elapsed, held.instance().on_hold) == ("succeeded", HOUR, 49 * HOUR)
    held.audit()


def test_the_success_of_what_happened_earlier_counts_from_then() -> None:
    responded = item(
        kpi="first_response",
        succeeds_when=Not(when("first_response_at", "", "eq")),
        succeeded_at="case.first_response_at",
    )
    held = Desk(sla(responded), opened_at=OPENED, first_response_at="").change(OPENED)
    held.change(at(1.5), first_response_at=at(1))
    assert held.instance("first_response").succeeded_at == at(1)
    held.audit()


def test_a_cancelled_case_is_held_to_nothing_any_more() -> None:
    held = desk().change(at(1), status="cancelled", status_reason="cancelled")
    assert (held.instance().state, held.instance().reason) == ("cancelled", "case_closed")
    assert held.change(at(9)).told("failed") == []
    held.audit()


def test_what_was_not_reached_when_a_case_is_solved_is_cancelled() -> None:
    never = item(kpi="first_response", succeeds_when=when("queue", "never"))
    held = desk(sla(item(), never)).resolve(at(1))
    assert held.instance("resolve").state == "succeeded"
    assert held.instance("first_response").state == "cancelled"


def test_a_reactivated_case_goes_on_without_the_time_it_was_closed() -> None:
    held = desk().change(at(1), status="cancelled", status_reason="cancelled")
    held.change(at(10), status="active", status_reason="in_progress")
    assert held.instance().fails_at == at(13)
    assert [each.kind for each in held.segments[held.instance().id]] == ["running", "closed"]
    held.audit()


def test_a_case_that_was_solved_in_time_stays_so_when_it_is_reactivated() -> None:
    held = desk().resolve(at(1)).change(at(10), status="active", status_reason="in_progress")
    assert held.instance().state == "succeeded"


def test_unless_its_sla_evaluates_again() -> None:
    held = desk(sla(item(), reevaluates=True)).resolve(at(1))
    held.change(at(10), status="active", status_reason="in_progress")
    assert (held.instance().state, held.instance().fails_at) == ("in_progress", at(13))
    assert held.instance().replaces in held.replaced
    held.audit()


def test_another_priority_is_another_item_counted_from_the_beginning() -> None:
    held = desk(sla(item(HOUR, MINUTE, applicable_when=CRITICAL), item()))
    assert held.instance().item == 1
    held.change(at(0.5), priority="critical")
    assert (held.instance().item, held.instance().fails_at) == (0, at(1))
    assert held.replaced[held.instance().replaces or ""].reason == "replaced"
    held.audit()


def test_what_is_past_by_the_new_item_has_passed_at_once_and_in_order() -> None:
    held = desk(sla(item(HOUR, MINUTE, applicable_when=CRITICAL), item())).change(at(1.5), priority="critical")
    assert held.instance().state == "noncompliant"
    assert [each.kind for each in held.told()] == ["started", "cancelled", "started", "warned", "failed"]
    assert all(each.lateness is None for each in held.told("warned", "failed"))
    held.audit()


def test_a_replaced_instance_hands_on_its_pauses() -> None:
    held = desk(sla(item(HOUR, MINUTE, applicable_when=CRITICAL), item()))
    held.hold(at(0.25)).go_on(at(1.25)).change(at(1.5), priority="critical")
    assert (held.instance().state, held.instance().fails_at) == ("nearing", at(2))
    held.hold(at(1.75)).change(at(2.75), priority="normal")
    assert held.instance().state == "paused"
    assert held.instance().on_hold == 2 * HOUR
    held.go_on(at(2.75))
    assert (held.instance().warns_at, held.instance().fails_at) == (at(4), at(6))
    assert held.instance().n == 3
    held.audit()


def test_a_pause_after_the_new_deadline_comes_too_late() -> None:
    held = desk(sla(item(HOUR, MINUTE, applicable_when=CRITICAL), item()))
    held.hold(at(1.25)).go_on(at(3)).change(at(3.1), priority="critical")
    assert (held.instance().state, held.instance().failed_at) == ("noncompliant", at(1))
    held.audit()


def test_another_sla_replaces_what_is_counted() -> None:
    held = desk(sla(item()), sla(item(8 * HOUR), name="gold")).hold(at(1)).go_on(at(2)).change(at(3), by_hand="gold")
    assert (held.instance().sla, held.instance().fails_at) == ("gold", at(9))
    held.audit()


def test_no_sla_cancels_and_another_one_later_counts_from_the_beginning() -> None:
    held = desk().hold(at(1)).go_on(at(2)).change(at(2.5), by_hand="none")
    assert (held.instance().state, held.instance().reason) == ("cancelled", "sla_changed")
    held.change(at(9)).change(at(10), by_hand="")
    assert (held.instance().state, held.instance().failed_at) == ("noncompliant", at(5))
    held.audit()


def test_an_sla_that_is_taken_away_on_hold_and_given_back_has_stood_still() -> None:
    held = desk().hold(at(1)).change(at(2), by_hand="none").change(at(5), by_hand="")
    assert held.instance().state == "paused"
    held.go_on(at(6))
    assert held.instance().fails_at == at(9)
    held.audit()


@pytest.mark.parametrize(
    ("by_hand", "entitled", "counts"),
    [
        ("", "", "standard"),
        ("", "gold", "gold"),
        ("silver", "gold", "silver"),
        ("none", "gold", None),
        ("", "unknown", "standard"),
        ("unknown", "gold", "gold"),
    ],
)
def test_an_sla_is_chosen_by_hand_then_by_the_entitlement_then_by_default(
    by_hand: str, entitled: str, counts: str | None
) -> None:
    held = Desk(sla(item()), sla(item(), name="gold"), sla(item(), name="silver"), opened_at=OPENED)
    held.change(OPENED, by_hand=by_hand, entitled=entitled)
    assert (held.instance().sla if held.instances else None) == counts


def test_an_instance_is_counted_by_the_version_it_began_with() -> None:
    held = desk()
    held.publish(sla(item(HOUR, MINUTE)))
    assert held.change(at(1.5)).instance().fails_at == at(4)
    held.hold(at(1.5)).go_on(at(2.5))
    assert (held.instance().version, held.instance().fails_at) == (1, at(5))
    held.audit()


def test_what_replaces_it_is_counted_by_the_newest() -> None:
    held = desk(sla(item(HOUR, MINUTE, applicable_when=CRITICAL), item()))
    held.publish(sla(item(2 * HOUR, MINUTE, applicable_when=CRITICAL), item()))
    held.change(at(0.5), priority="critical")
    assert (held.instance().version, held.instance().fails_at) == (2, at(2))
    held.audit()


def test_a_kpi_counts_from_when_its_column_has_a_time() -> None:
    escalated = item(kpi="escalation", applicable_from="case.escalated_at")
    held = desk(sla(escalated))
    assert held.instances == {}
    held.change(at(3), escalated_at=at(2))
    assert held.instance("escalation").fails_at == at(6)
    held.change(at(3), escalated_at=at(3))
    assert held.instance("escalation").fails_at == at(7)
    held.audit()


def test_deadlines_of_several_kpis_pass_in_the_order_of_their_times() -> None:
    held = desk(sla(item(6 * HOUR, 3 * HOUR, kpi="a"), item(5 * HOUR, 2 * HOUR, kpi="b"))).change(at(9))
    assert [(each.kpi, each.kind) for each in held.told("warned", "failed")] == [
        ("b", "warned"),
        ("a", "warned"),
        ("b", "failed"),
        ("a", "failed"),
    ]


def test_an_item_without_a_warning_only_fails() -> None:
    held = desk(sla(item(warn_after=None))).hold(at(1)).go_on(at(2))
    assert held.change(at(9)).told("warned") == []
    assert held.instance().failed_at == at(5)
    held.audit()


def test_no_instance_leaves_a_state_that_has_no_next_one() -> None:
    over = [state for state, following in NEXT.items() if not following]
    assert sorted(over) == ["cancelled", "noncompliant", "succeeded"]
    assert all(state in NEXT for following in NEXT.values() for state in following)


def test_a_closed_case_is_given_no_sla() -> None:
    held = Desk(sla(item()), opened_at=OPENED, status="resolved").change(at(1))
    assert held.instances == {}


def test_a_promise_that_no_longer_applies_is_taken_back() -> None:
    held = desk(sla(item(applicable_when=CRITICAL)), priority="critical").change(at(1), priority="low")
    assert (held.instance().state, held.instance().reason) == ("cancelled", "not_applicable")
    held.change(at(2), priority="critical")
    assert held.instance().fails_at == at(4)
    held.audit()


def test_an_sla_that_evaluates_again_takes_a_failure_back_with_a_longer_promise() -> None:
    slas = sla(item(HOUR, MINUTE, applicable_when=CRITICAL), item(), reevaluates=True)
    held = desk(slas, priority="critical").change(at(1.5))
    assert held.instance().state == "noncompliant"
    held.change(at(1.5), priority="normal")
    assert (held.instance().state, held.instance().fails_at) == ("in_progress", at(4))
    held.audit()


def test_and_a_success_keeps_its_time() -> None:
    responded: dict[str, Any] = {"kpi": "first_response", "succeeds_when": when("queue", "answered")}
    slas = sla(item(HOUR, MINUTE, applicable_when=CRITICAL, **responded), item(**responded), reevaluates=True)
    held = desk(slas).change(at(0.5), queue="answered").change(at(3), priority="critical")
    assert (held.instance("first_response").state, held.instance("first_response").succeeded_at) == (
        "succeeded",
        at(0.5),
    )
    held.audit()


def test_resolving_in_the_moment_of_the_deadline_is_too_late() -> None:
    assert desk().resolve(at(4)).instance().state == "noncompliant"
