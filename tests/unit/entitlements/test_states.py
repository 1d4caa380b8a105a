"""The life of an entitlement, row by row, and the dates it follows from."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.entitlements import decide
from shared.entitlements.entitlement import Entitlement
from shared.entitlements.messages import (
    ActivateEntitlement,
    CancelEntitlement,
    PutEntitlement,
    RenewEntitlement,
    Terms,
)
from shared.entitlements.states import ALLOWED, STATES, commands_for
from shared.entitlements.terms import fault_of, following
from shared.runtime.decision import Decision, Refusal
from tests.unit.entitlements.building import NOON, TERMS, Office, entitlement, message, terms

NEXT_YEAR = terms(starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
LAST_YEAR = terms(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
HELD = {
    "draft": entitlement(activated_at=None),
    "waiting": entitlement(terms=NEXT_YEAR),
    "active": entitlement(),
    "expired": entitlement(terms=LAST_YEAR),
    "cancelled": entitlement(cancelled_at=NOON),
}
COMMANDS: dict[str, tuple[Any, Any]] = {
    "put_entitlement": (PutEntitlement("E-1", "kim", TERMS), decide.put_entitlement),
    "activate_entitlement": (ActivateEntitlement("E-1", "kim"), decide.activate_entitlement),
    "cancel_entitlement": (CancelEntitlement("E-1", "kim"), decide.cancel_entitlement),
    "renew_entitlement": (RenewEntitlement("E-1", "E-2", "kim"), decide.renew_entitlement),
}


def commanded(held: Entitlement, command: str, **fields: Any) -> Decision[Entitlement]:
    body, decided = COMMANDS[command]
    wanted = type(body)(**{name: getattr(body, name) for name in body.__slots__} | fields)
    found: Decision[Entitlement] = decided(held, message(wanted), None, NOON)
    return found


@pytest.mark.parametrize("state", STATES)
def test_each_state_follows_from_what_was_done_and_the_day(state: str) -> None:
    assert HELD[state].state_at(NOON) == state


@pytest.mark.parametrize(("state", "command"), list(product(STATES, COMMANDS)))
def test_a_command_is_taken_where_the_table_has_the_row(state: str, command: str) -> None:
    decision = commanded(HELD[state], command)
    if (state, command) in ALLOWED:
        assert decision.state is not None
        assert decision.state.state_at(NOON) in ALLOWED[state, command]
        assert (decision.state.version, decision.state.changes) == (2, 2)
    else:
        assert decision.refused == Refusal("transition_not_allowed", "state")
        assert decision.state is None


def test_the_table_knows_no_other_states_or_commands() -> None:
    assert {state for state, _ in ALLOWED} <= set(STATES)
    assert {command for _, command in ALLOWED} == set(COMMANDS)
    assert commands_for("draft") == ("activate_entitlement", "cancel_entitlement", "put_entitlement")
    assert commands_for("nothing") == ()


def test_a_draft_whose_time_is_over_is_not_activated() -> None:
    decision = commanded(entitlement(terms=LAST_YEAR, activated_at=None), "activate_entitlement")
    assert decision.refused == Refusal("transition_not_allowed", "state")


@pytest.mark.parametrize("command", COMMANDS)
def test_another_version_than_the_sender_saw_is_refused(command: str) -> None:
    decision = commanded(entitlement(version=3), command, if_version=2)
    assert decision.refused == Refusal("version_changed", "if_version")


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), "waiting"),
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), "active"),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "active"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "expired"),
    ],
)
def test_both_its_days_are_covered_by_the_clock_of_its_place(moment: datetime, state: str) -> None:
    assert entitlement(terms=terms(time_zone="Europe/Berlin")).state_at(moment) == state


def test_it_was_active_until_it_was_cancelled() -> None:
    held = entitlement(cancelled_at=NOON)
    assert held.state_at(NOON - timedelta(seconds=1)) == "active"


def test_a_changed_draft_has_all_that_was_agreed_left() -> None:
    decision = commanded(HELD["draft"], "put_entitlement", terms=terms(total=25))
    assert decision.state is not None
    assert (decision.state.remaining, decision.state.terms.total) == (25, 25)


def test_a_draft_stays_with_its_customer() -> None:
    decision = commanded(HELD["draft"], "put_entitlement", terms=terms(contact="C-2"))
    assert decision.refused == Refusal("another_customer", "contact")


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"contact": ""}, "contact", "required"),
        ({"name": " "}, "name", "required"),
        ({"starts_on": date(1, 1, 1)}, "starts_on", "out_of_range"),
        ({"ends_on": date(2025, 12, 31)}, "ends_on", "before_the_start"),
        ({"time_zone": "Mars/Base"}, "time_zone", "unknown_time_zone"),
        ({"time_zone": "../etc"}, "time_zone", "unknown_time_zone"),
        ({"time_zone": ""}, "time_zone", "unknown_time_zone"),
        ({"allocation": "days"}, "allocation", "unknown_allocation"),
        ({"total": 0}, "total", "out_of_range"),
        ({"total": 2**40}, "total", "out_of_range"),
        ({"decrement_on": "sometimes"}, "decrement_on", "unknown_decrement"),
        ({"allocation": "hours"}, "decrement_on", "hours_are_known_when_resolved"),
    ],
)
def test_what_cannot_be_agreed_is_refused_by_its_field(fields: dict[str, Any], field: str, reason: str) -> None:
    wrong = terms(**fields)
    assert fault_of(wrong) == Refusal(reason, field)
    assert decide.draft_entitlement(message(PutEntitlement("E-1", "kim", wrong)), None, NOON).refused is not None
    assert commanded(HELD["draft"], "put_entitlement", terms=wrong).refused == Refusal(reason, field)


@pytest.mark.parametrize(
    ("start", "end", "next_end"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), date(2027, 12, 31)),
        (date(2027, 1, 1), date(2027, 12, 31), date(2028, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 1, 15), date(2026, 2, 14), date(2026, 3, 14)),
        (date(2026, 11, 1), date(2027, 1, 31), date(2027, 4, 30)),
        (date(2026, 1, 1), date(2026, 1, 7), date(2026, 1, 14)),
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2)),
    ],
)
def test_a_renewal_follows_for_as_many_months_or_days(start: date, end: date, next_end: date) -> None:
    renewed = following(terms(starts_on=start, ends_on=end))
    assert (renewed.starts_on, renewed.ends_on) == (end + timedelta(days=1), next_end)


DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(DAYS, st.integers(0, 4000))
def test_one_term_follows_the_other_without_a_gap(start: date, days: int) -> None:
    first = terms(starts_on=start, ends_on=start + timedelta(days=days))
    second = following(first)
    assert second.starts_on == first.ends_on + timedelta(days=1)
    assert fault_of(second) is None


def test_what_would_last_until_nobody_counts_any_more_is_not_renewed() -> None:
    held = entitlement(terms=terms(ends_on=date(2200, 12, 31)))
    assert commanded(held, "renew_entitlement").refused == Refusal("out_of_range", "ends_on")


async def test_a_renewal_is_a_draft_on_the_same_terms_with_all_of_it_left() -> None:
    office = Office()
    await office.agrees(terms(total=3, sla="gold", default=True))
    await office.says(RenewEntitlement("E-1", "E-2", "kim"), "r1")
    await office.says(RenewEntitlement("E-1", "E-2", "kim"), "r1")
    renewed = await office.held("E-2")
    assert renewed.state_at(NOON) == "draft"
    assert renewed.renewal_of == "E-1"
    assert (await office.held()).renewed_as == "E-2"
    assert (renewed.terms.sla, renewed.terms.default, renewed.remaining) == ("gold", True, 3)


async def test_a_command_to_one_that_is_not_there_is_put_on_record() -> None:
    office = Office()
    await office.says(ActivateEntitlement("E-9", "kim"), "m1")
    assert await office.rejected() == [("case-commands", "not_found", "")]


def test_terms_that_say_nothing_more_are_fine() -> None:
    assert fault_of(Terms("C-1", "Support", date(2026, 1, 1), date(2026, 1, 1), 1)) is None
