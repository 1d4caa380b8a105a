"""The guard: at most one open case per device and error code, and a promise that whoever finds it pending keeps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.cases.messages import CreateCase, OpenCase, ReactivateCase, ReopenCase
from shared.cases.number import number
from shared.definitions.policy import Policy
from shared.devices.alert import bind_alert, open_first
from shared.devices.guard import Glance, Guard, GuardFacts, claim_guard
from shared.devices.messages import BindAlert, ClaimGuard, guard_place
from shared.runtime import codec
from shared.runtime.decision import Decision, Refusal
from shared.runtime.envelope import Message, ReplyTo

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ASKER = ReplyTo("journey-steps", "answered", {"token": "k"})

ABSENT = None
OLDER = Glance(1, is_open=False, number="CAS-1")
OLDER_OPEN = Glance(1, is_open=True, number="CAS-1")
OPEN = Glance(2, is_open=True, number="CAS-1")
YESTERDAY = LATER - timedelta(hours=24)
CLOSED = Glance(2, False, "CAS-1", "resolved", YESTERDAY)
LATER_CLOSED = replace(CLOSED, epoch=3)
JUST_CLOSED = replace(CLOSED, closed_at=LATER - timedelta(minutes=1))
CANCELLED = replace(JUST_CLOSED, status="cancelled")
MERGED = replace(CANCELLED, may_reopen=False, merged_into="TARGET")
TARGET = Glance(4, is_open=True, number="CAS-9")


def opening(case: str = "NEW") -> OpenCase:
    return OpenCase(case, "C-1", "Device error 11", device="D-1", error_code=11)


def alert(case: str = "NEW", seen: datetime = LATER, id: str = "m1", **fields: Any) -> Message[BindAlert]:  # noqa: A002
    return Message(id, LATER, BindAlert("D-1", 11, seen, opening(case)), **fields)


def claim(case: str = "HELD") -> Message[ClaimGuard]:
    return Message("m1", LATER, ClaimGuard("D-1", 11, ReactivateCase(case, "A-1", "D-1", 11, "again")), reply_to=ASKER)


def guard(**fields: Any) -> Guard:
    """A guard that holds case HELD at epoch 2."""
    held = Guard("HELD", 2, "CAS-1", NOON, opening("HELD"), ASKER, None, "m0", 3, NOON, NOON)
    return replace(held, **fields)


def moved(decision: Decision[Guard]) -> Guard:
    assert decision.state is not None
    return decision.state


def following(decision: Decision[Guard]) -> tuple[str, Any]:
    assert decision.then is not None
    return decision.then.id, decision.then.body


def test_without_a_guard_the_case_is_opened_and_the_guard_holds_it() -> None:
    decision = open_first(alert(reply_to=ASKER), GuardFacts(None, None), LATER)
    held = moved(decision)
    assert (held.case, held.epoch, held.number) == ("NEW", 1, number("NEW", LATER))
    assert (held.count, held.first_seen, held.last_seen) == (1, LATER, LATER)
    assert following(decision)[1] == CreateCase("NEW", 1, LATER, opening())
    assert decision.then is not None
    assert decision.then.reply_to == ASKER


def test_opening_is_not_answered_by_the_guard_but_by_the_case_it_creates() -> None:
    assert open_first(alert(reply_to=ASKER), GuardFacts(None, None), LATER).answer is None


BINDING = [
    pytest.param(OPEN, "occurrence_added", None, id="open: an occurrence"),
    pytest.param(ABSENT, "occurrence_added", CreateCase, id="absent: pending, the finder opens"),
    pytest.param(OLDER, "occurrence_added", CreateCase, id="older epoch, closed: pending"),
    pytest.param(OLDER_OPEN, "occurrence_added", CreateCase, id="older epoch, open: pending"),
    pytest.param(CLOSED, "opened", CreateCase, id="closed: another case"),
    pytest.param(LATER_CLOSED, "opened", CreateCase, id="closed at a later epoch: another case"),
    pytest.param(JUST_CLOSED, "reopened", ReopenCase, id="resolved a minute ago: the same case again"),
    pytest.param(CANCELLED, "opened", CreateCase, id="cancelled: another case"),
    pytest.param(MERGED, "opened", CreateCase, id="merged: another case"),
]


@pytest.mark.parametrize(("held", "outcome", "follows"), BINDING)
def test_an_alert_is_bound_by_what_the_held_case_looks_like(held: Glance | None, outcome: str, follows: Any) -> None:
    decision = bind_alert(guard(), alert(), GuardFacts(held, None), LATER)
    assert decision.outcome == outcome
    assert (type(decision.then.body) if decision.then else None) == follows
    assert moved(decision).case == ("NEW" if outcome == "opened" else "HELD")


@pytest.mark.parametrize("held", [OPEN, ABSENT, OLDER])
def test_an_occurrence_is_counted_and_its_sender_hears_which_case_it_is(held: Glance | None) -> None:
    decision = bind_alert(guard(), alert(), GuardFacts(held, None), LATER)
    assert moved(decision) == guard(count=4, last_seen=LATER, stirred_at=LATER)
    assert decision.answer is not None
    assert decision.answer.values == {"outcome": "occurrence_added", "case_id": "HELD", "number": "CAS-1"}
    assert decision.detail == {"case": "HELD"}


def test_an_alert_that_comes_late_widens_the_time_it_was_seen_in() -> None:
    early = NOON - timedelta(days=1)
    counted = moved(bind_alert(guard(), alert(seen=early), GuardFacts(OPEN, None), LATER))
    assert (counted.first_seen, counted.last_seen) == (early, NOON)


def test_whoever_finds_an_opening_pending_sends_the_very_same_message() -> None:
    first = open_first(alert(reply_to=ASKER), GuardFacts(None, None), LATER)
    finders = [
        bind_alert(moved(first), alert(id=name), GuardFacts(ABSENT, None), LATER + timedelta(minutes=1))
        for name in ("m2", "m3")
    ]
    assert [finder.then for finder in finders] == [first.then, first.then]


def test_whoever_finds_a_reactivation_pending_sends_the_very_same_message() -> None:
    first = claim_guard(guard(), claim(), GuardFacts(CLOSED, CLOSED), LATER)
    finder = bind_alert(moved(first), alert(id="m2"), GuardFacts(CLOSED, None), LATER)
    assert finder.outcome == "occurrence_added"
    assert finder.then == first.then


def test_a_new_case_starts_counting_anew() -> None:
    opened = moved(bind_alert(guard(), alert(), GuardFacts(CLOSED, None), LATER))
    assert (opened.epoch, opened.count, opened.first_seen, opened.opened_at) == (1, 1, LATER, LATER)
    assert opened.reactivation is None


CLAIMING = [
    pytest.param("HELD", OPEN, OPEN, "case_is_open", id="its own case is open"),
    pytest.param("HELD", ABSENT, OPEN, "case_is_open", id="its own case is being opened"),
    pytest.param("HELD", OLDER, OLDER, "case_is_open", id="its own case is being reopened"),
    pytest.param("OLD", OPEN, CLOSED, "another_case_is_open", id="another case is open"),
    pytest.param("OLD", ABSENT, CLOSED, "another_case_is_open", id="another case is being opened"),
    pytest.param("OLD", OLDER, CLOSED, "another_case_is_open", id="another case is being reopened"),
    pytest.param("OLD", CLOSED, ABSENT, "not_found", id="there is no such case"),
]


@pytest.mark.parametrize(("case", "held", "wanted", "reason"), CLAIMING)
def test_a_claim_is_refused(case: str, held: Glance | None, wanted: Glance | None, reason: str) -> None:
    decision = claim_guard(guard(), claim(case), GuardFacts(held, wanted), LATER)
    assert decision == Decision(refused=Refusal(reason, "case" if reason == "not_found" else ""))


@pytest.mark.parametrize("case", ["HELD", "OLD"])
@pytest.mark.parametrize(("wanted", "epoch"), [(CLOSED, 3), (LATER_CLOSED, 4)])
def test_a_claim_is_granted_where_the_held_case_is_closed(case: str, wanted: Glance, epoch: int) -> None:
    decision = claim_guard(guard(), claim(case), GuardFacts(CLOSED, wanted), LATER)
    claimed = moved(decision)
    assert (claimed.case, claimed.epoch, claimed.moved_by) == (case, epoch, "m1")
    assert following(decision) == ("m1", ReopenCase(case, "A-1", epoch, "again"))
    assert decision.then is not None
    assert decision.then.reply_to == ASKER


def test_a_granted_claim_keeps_what_was_counted() -> None:
    claimed = moved(claim_guard(guard(), claim("HELD"), GuardFacts(CLOSED, CLOSED), LATER))
    assert (claimed.count, claimed.first_seen, claimed.last_seen) == (3, NOON, NOON)


def test_occurrences_of_a_reactivated_case_name_that_case() -> None:
    old = Glance(1, is_open=False, number="CAS-0")
    claimed = moved(claim_guard(guard(), claim("OLD"), GuardFacts(CLOSED, old), LATER))
    reopened = replace(old, epoch=claimed.epoch, is_open=True)
    answer = bind_alert(claimed, alert(), GuardFacts(reopened, None), LATER).answer
    assert answer is not None
    assert answer.values == {"outcome": "occurrence_added", "case_id": "OLD", "number": "CAS-0"}


def test_a_reopening_is_another_epoch_of_the_same_case_and_its_occurrences_go_on() -> None:
    decision = bind_alert(guard(), alert(reply_to=ASKER), GuardFacts(JUST_CLOSED, None), LATER)
    again = moved(decision)
    assert (again.case, again.epoch, again.count, again.last_seen) == ("HELD", 3, 4, LATER)
    assert following(decision) == (
        "m1",
        ReopenCase("HELD", "carebus/devices", 3, "The device reports the error again."),
    )


def test_a_reopening_is_answered_by_the_guard_and_by_nobody_else() -> None:
    decision = bind_alert(guard(), alert(reply_to=ASKER), GuardFacts(JUST_CLOSED, None), LATER)
    assert decision.answer is not None
    assert decision.answer.values == {"outcome": "reopened", "case_id": "HELD", "number": "CAS-1"}
    assert decision.then is not None
    assert decision.then.reply_to is None


def test_whoever_finds_a_reopening_pending_sends_the_very_same_message() -> None:
    first = bind_alert(guard(), alert(), GuardFacts(JUST_CLOSED, None), LATER)
    finder = bind_alert(moved(first), alert(id="m2"), GuardFacts(JUST_CLOSED, None), LATER)
    assert (finder.outcome, finder.then) == ("occurrence_added", first.then)


@pytest.mark.parametrize(
    ("window", "since_closing", "outcome"),
    [
        (timedelta(hours=2), timedelta(hours=1, minutes=59), "reopened"),
        (timedelta(hours=2), timedelta(hours=2), "opened"),
        (timedelta(), timedelta(), "opened"),
        (timedelta(hours=2), -timedelta(seconds=3), "reopened"),
    ],
)
def test_the_reopen_window_begins_when_the_case_was_resolved(
    window: timedelta, since_closing: timedelta, outcome: str
) -> None:
    held = replace(CLOSED, closed_at=LATER - since_closing)
    facts = GuardFacts(held, None, Policy(reopen_within=window))
    assert bind_alert(guard(), alert(), facts, LATER).outcome == outcome


def test_a_case_that_would_refuse_it_is_not_opened_again() -> None:
    final = replace(JUST_CLOSED, may_reopen=False)
    assert bind_alert(guard(), alert(), GuardFacts(final, None), LATER).outcome == "opened"
    refused = claim_guard(guard(), claim("HELD"), GuardFacts(final, final), LATER).refused
    assert refused == Refusal("transition_not_allowed", "status")


def test_a_device_whose_clock_is_ahead_has_seen_nothing_later_than_now() -> None:
    ahead = LATER + timedelta(days=900)
    assert moved(open_first(alert(seen=ahead), GuardFacts(None, None), LATER)).last_seen == LATER
    assert moved(bind_alert(guard(), alert(seen=ahead), GuardFacts(OPEN, None), LATER)).last_seen == LATER


def test_a_guard_from_before_there_were_policies_is_still_read() -> None:
    stored = codec.plain(guard())
    for name in ("recovered_at", "resolving", "turns", "is_flapping", "stirred_at", "token"):
        del stored[name]
    assert codec.typed(Guard, stored) == guard()


@pytest.mark.parametrize(
    ("device", "code", "key", "place"),
    [
        ("D/1", 11, "", ("D%2F1", "open:11")),
        ("D-1", 11, "device", ("D-1", "open:device")),
        ("D-1", None, "key:pump 4", ("alerts~pump 4", "open:key")),
    ],
)
def test_each_key_has_its_place(device: str, code: int | None, key: str, place: tuple[str, str]) -> None:
    assert guard_place(device, code, key) == place


def test_a_long_key_is_kept_by_its_hash() -> None:
    first, second = (guard_place("D", None, f"key:{'x' * 5000}{end}") for end in "ab")
    assert first != second
    assert len(first[0]) < 50


def test_alerts_of_a_case_that_was_merged_are_occurrences_of_the_one_it_went_into() -> None:
    decision = bind_alert(guard(), alert(), GuardFacts(MERGED, None, heir=("TARGET", TARGET)), LATER)
    joined = moved(decision)
    assert (decision.outcome, joined.case, joined.epoch, joined.count) == ("occurrence_added", "TARGET", 4, 4)
    assert decision.answer is not None
    assert decision.answer.values == {"outcome": "occurrence_added", "case_id": "TARGET", "number": "CAS-9"}
    further = bind_alert(joined, alert(id="m2"), GuardFacts(TARGET, None), LATER)
    assert (further.outcome, moved(further).count, further.then) == ("occurrence_added", 5, None)


def test_where_that_one_is_closed_another_case_is_opened() -> None:
    closed = replace(TARGET, is_open=False, status="resolved", closed_at=LATER)
    assert bind_alert(guard(), alert(), GuardFacts(MERGED, None, heir=("TARGET", closed)), LATER).outcome == "opened"
    guest = guard(case="TARGET", epoch=4, is_guest=True)
    opened = bind_alert(guest, alert(), GuardFacts(closed, None), LATER)
    assert (opened.outcome, moved(opened).is_guest) == ("opened", False)
