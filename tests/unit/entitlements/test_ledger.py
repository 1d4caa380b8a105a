"""The ledger adds up: whatever comes twice, late, in another order, at once, or to a process that ends."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.entitlements.entries import Booking, Entry
from shared.entitlements.ledger import COUNTED, amount_of, charge_case
from shared.entitlements.messages import ChargeCase, Terms
from shared.runtime.ids import derived
from shared.runtime.store import Upsert
from tests.unit.entitlements.building import (
    NOON,
    Crash,
    CrashingStore,
    Office,
    charge,
    entitlement,
    message,
    terms,
)

ON_RESOLVE = terms(decrement_on="resolve")
HOURS = terms(allocation="hours", total=120, decrement_on="resolve")
FREE = terms(total=1, restrict=False)
AGREED = st.sampled_from((terms(total=2), ON_RESOLVE, terms(total=2, decrement_on="resolve"), HOURS, FREE))
STAGES = st.sampled_from(("open", "resolved", "cancelled", "left"))
CASES = st.sampled_from(("K-1", "K-2", "K-3", "K-4"))


def entry(said: ChargeCase, amount: int, outcome: str = "debited") -> Entry:
    return Entry(f"m{said.as_of}", NOON, said.as_of, said, outcome, Booking(amount, 0))


@st.composite
def lives(draw: st.DrawFn) -> list[ChargeCase]:
    """What some cases say, each version once."""
    found: list[ChargeCase] = []
    for case in sorted(draw(st.sets(CASES, min_size=1))):
        stages = draw(st.lists(STAGES, min_size=1, max_size=4))
        minutes = draw(st.integers(0, 90))
        found += [charge(case, as_of, stage, minutes) for as_of, stage in enumerate(stages, 1)]
    return found


def last_words(said: Sequence[ChargeCase]) -> dict[str, ChargeCase]:
    return {each.case: each for each in sorted(said, key=lambda each: each.as_of)}


@pytest.mark.parametrize(
    ("agreed", "stage", "amount"),
    [
        (terms(), "open", 1),
        (terms(), "resolved", 1),
        (terms(), "cancelled", 0),
        (terms(), "left", 0),
        (ON_RESOLVE, "open", 0),
        (ON_RESOLVE, "resolved", 1),
        (ON_RESOLVE, "cancelled", 0),
        (ON_RESOLVE, "left", 0),
        (HOURS, "open", 0),
        (HOURS, "resolved", 45),
        (HOURS, "cancelled", 0),
        (HOURS, "left", 0),
    ],
)
def test_what_is_booked_for_a_case_that_stands_there(agreed: Terms, stage: str, amount: int) -> None:
    assert amount_of(agreed, charge(stage=stage, minutes=45)) == amount


def test_the_table_names_both_times_of_decrementing() -> None:
    assert set(COUNTED) == {"create", "resolve"}


def test_a_case_is_debited_and_credited_back_where_it_is_cancelled() -> None:
    first = charge_case(entitlement(), message(charge()), (), NOON)
    assert first.state is not None
    assert (first.outcome, first.state.remaining) == ("debited", 9)
    second = charge_case(first.state, message(charge(as_of=2, stage="cancelled")), [entry(charge(), 1)], NOON)
    assert second.state is not None
    assert (second.outcome, second.state.remaining, second.detail["amount"]) == ("credited", 10, -1)


def test_a_case_that_is_resolved_again_costs_what_it_comes_to_then() -> None:
    held = entitlement(terms=HOURS, remaining=90)
    before = [entry(charge(as_of=1, stage="resolved"), 30), entry(charge(as_of=2), -30, "credited")]
    decision = charge_case(held, message(charge(as_of=3, stage="resolved", minutes=45)), before, NOON)
    assert decision.state is not None
    assert (decision.detail["amount"], decision.state.remaining) == (45, 45)


def test_an_older_word_that_comes_later_changes_nothing() -> None:
    decision = charge_case(entitlement(), message(charge()), [entry(charge(as_of=2), 0, "unchanged")], NOON)
    assert (decision.state, decision.outcome, decision.messages) == (None, "", ())


def test_where_less_remains_than_a_case_comes_to_the_rest_is_on_record() -> None:
    held = entitlement(terms=HOURS, remaining=20)
    decision = charge_case(held, message(charge(stage="resolved", minutes=45)), (), NOON)
    assert decision.detail == {"amount": 20, "remaining": 0, "reason": "", "beyond": 25}
    assert decision.messages == ()


def test_without_a_restriction_it_goes_below_zero() -> None:
    decision = charge_case(entitlement(terms=FREE, remaining=0), message(charge()), (), NOON)
    assert decision.state is not None
    assert (decision.outcome, decision.state.remaining) == ("debited", -1)


@pytest.mark.parametrize(
    ("said", "agreed", "reason"),
    [
        (charge(contact="C-2"), terms(), "another_customer"),
        (charge(opened_at=NOON - timedelta(days=365)), terms(), "not_active"),
        (charge(origin="phone"), terms(channels=("email", "web")), "channel_not_covered"),
        (charge(product="pump"), terms(products=("valve",)), "product_not_covered"),
        (charge(), terms(products=("valve",)), "product_not_covered"),
    ],
)
def test_a_case_that_is_not_covered_is_refused_and_told(said: ChargeCase, agreed: Terms, reason: str) -> None:
    decision = charge_case(entitlement(terms=agreed), message(said), (), NOON)
    assert decision.state is not None
    assert (decision.outcome, decision.detail["reason"], decision.state.remaining) == ("refused", reason, 10)
    (told,) = decision.messages
    assert told.body.kind == "drop_entitlement"


@pytest.mark.parametrize("agreed", [terms(), ON_RESOLVE])
def test_where_nothing_remains_a_case_is_refused_when_it_opens(agreed: Terms) -> None:
    decision = charge_case(entitlement(terms=agreed, remaining=0), message(charge()), (), NOON)
    assert (decision.outcome, decision.detail["reason"]) == ("refused", "nothing_remains")


def test_a_case_that_was_covered_when_it_opened_stays_so() -> None:
    held = entitlement(terms=ON_RESOLVE, cancelled_at=NOON)
    accepted = [entry(charge(), 0, "unchanged")]
    decision = charge_case(held, message(charge(as_of=2, stage="resolved")), accepted, NOON)
    assert decision.outcome == "debited"


def test_a_case_that_opened_before_the_cancelling_was_covered_whenever_it_says_so() -> None:
    held = entitlement(cancelled_at=NOON + timedelta(hours=1))
    assert charge_case(held, message(charge()), (), NOON + timedelta(hours=2)).outcome == "debited"


def test_a_case_that_leaves_before_it_was_known_is_not_booked_by_its_older_word() -> None:
    left = charge_case(entitlement(), message(charge(as_of=2, stage="left")), (), NOON)
    assert left.state is not None
    assert (left.outcome, left.state.changes) == ("unchanged", 2)


@given(AGREED, lives(), st.randoms(use_true_random=False))
async def test_it_adds_up_in_any_order_with_repeats(agreed: Terms, said: list[ChargeCase], chance: object) -> None:
    office = Office()
    await office.agrees(agreed)
    told = [*said, *said]
    chance.shuffle(told)  # type: ignore[attr-defined]
    for each in told:
        await office.says(each)
        await assert_adds_up(office)
    assert len(await office.ledger()) <= len(said)


@given(st.sampled_from((terms(total=9), terms(total=9, decrement_on="resolve"), HOURS, FREE)), lives())
async def test_with_enough_left_each_case_is_booked_by_its_last_word(agreed: Terms, said: list[ChargeCase]) -> None:
    office = Office()
    await office.agrees(terms(total=1000, allocation=agreed.allocation, decrement_on=agreed.decrement_on))
    for each in sorted(said, key=lambda each: derived(each.case, str(each.as_of))):
        await office.says(each)
    held = await office.held()
    assert held.terms.total - held.remaining == sum(amount_of(held.terms, each) for each in last_words(said).values())


@given(AGREED, lives(), st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=12))
async def test_it_adds_up_whenever_the_process_ends(
    agreed: Terms, said: list[ChargeCase], ends: list[tuple[int, bool]]
) -> None:
    office, calm = Office(), Office()
    await office.agrees(agreed)
    await calm.agrees(agreed)
    store = CrashingStore(office.rows)
    office.over(store)
    for each in said:
        while True:
            store.left, store.afterwards = ends.pop() if ends else (-1, False)
            try:
                await office.says(each)
            except Crash:
                await assert_adds_up(office)
                continue
            break
        await calm.says(each)
    store.left = -1
    assert await office.held() == await calm.held()
    assert office.dropped() == calm.dropped()


@pytest.mark.parametrize("total", [1, 3, 5])
async def test_of_cases_that_come_at_once_as_many_are_covered_as_remain(total: int) -> None:
    office = Office()
    await office.agrees(terms(total=total))
    others = [charge(f"K-{number}") for number in range(2, 6)]

    async def another() -> None:
        if others:
            await office.says(others.pop())

    office.store.meanwhile = [another] * 4
    await office.says(charge("K-1"))
    held, entries = await office.held(), await office.ledger()
    assert sorted(each.outcome for each in entries) == ["debited"] * total + ["refused"] * (5 - total)
    assert held.remaining == 0
    assert {reason for _, reason in office.dropped()} == ({"nothing_remains"} if total < 5 else set())
    await assert_adds_up(office)


async def test_two_words_of_one_case_at_once_are_booked_in_their_order() -> None:
    office = Office()
    await office.agrees()

    async def cancels() -> None:
        await office.says(charge(as_of=2, stage="cancelled"))

    office.store.meanwhile = [cancels]
    await office.says(charge(as_of=1))
    assert (await office.held()).remaining == 10
    assert [each.outcome for each in await office.ledger()] == ["unchanged"]


async def test_a_case_under_an_entitlement_that_is_not_there_is_told() -> None:
    office = Office()
    await office.says(charge())
    await office.says(charge("K-2", stage="cancelled"))
    assert office.dropped() == {("K-1", "not_found")}


async def test_the_customers_list_shows_what_remains() -> None:
    office = Office()
    await office.agrees()
    await office.says(charge())
    row = await office.rows.get("views", "entitlements-of~C-1", "E-1")
    assert row is not None
    assert row.data["data"]["remaining"] == 9


async def test_a_case_with_a_name_that_begins_like_anothers_has_its_own_entries() -> None:
    office = Office()
    await office.agrees()
    for case in ("K~1", "K-1", "K"):
        await office.says(charge(case))
    assert (await office.held()).remaining == 7


async def test_an_entry_that_was_put_there_by_hand_would_be_noticed() -> None:
    office = Office()
    await office.agrees()
    await office.says(charge())
    (row,) = (await office.rows.page("entitlements", "E-1", prefix="entry:")).rows
    await office.rows.write("entitlements", "E-1", Upsert(f"{row.key}x", row.data))
    with pytest.raises(AssertionError):
        await assert_adds_up(office)


async def assert_adds_up(office: Office) -> None:
    held, entries = await office.held(), await office.ledger()
    assert held.remaining == held.terms.total - sum(each.detail.amount for each in entries)
    if held.terms.restrict:
        assert held.remaining >= 0
    assert all(each.detail.amount == 0 for each in entries if each.outcome == "refused")
