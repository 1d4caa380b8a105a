"""Recoveries: they resolve what they are about and nothing later, and wait where an error comes and goes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cases.messages import AddActivity, CreateCase, OpenCase, ReopenCase, ResolveCase
from shared.definitions.catalogue import Catalogue
from shared.definitions.policy import Flapping, Policy
from shared.devices.alert import bind_alert, open_first
from shared.devices.guard import Glance, Guard, GuardFacts
from shared.devices.messages import BindAlert, RecoverAlert, RecoverDevice, SettleAlert
from shared.devices.recoveries import Recoveries
from shared.devices.recovery import recover_alert, recover_first, settle_alert
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message, ReplyTo
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Insert

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RESOLVE = Policy(recovery="resolve", flapping=Flapping(alerts=2, within=60 * MINUTE, quiet=10 * MINUTE))
NOTE = replace(RESOLVE, recovery="note")
OPEN = Glance(2, True, "CAS-1", "active")
CLOSED = Glance(2, False, "CAS-1", "resolved", NOON)
CANCELLED = replace(CLOSED, status="cancelled")
ASKER = ReplyTo("journey-steps", "answered", {"token": "k"})


def guard(**fields: Any) -> Guard:
    """A guard that holds case HELD at epoch 2, last seen broken at noon."""
    opening = OpenCase("HELD", "C-1", "Device error 11", device="D-1", error_code=11)
    return replace(Guard("HELD", 2, "CAS-1", NOON, opening, None, None, "m0", 3, NOON, NOON), **fields)


def recovery(seen: datetime, id: str = "r1") -> Message[RecoverAlert]:  # noqa: A002
    return Message(id, seen, RecoverAlert("D-1", "open:11", seen), reply_to=ASKER)


def alert(seen: datetime, id: str = "a1") -> Message[BindAlert]:  # noqa: A002
    opening = OpenCase(f"CASE-{id}", "C-1", "Device error 11", device="D-1", error_code=11)
    return Message(id, seen, BindAlert("D-1", 11, seen, opening))


def settling(token: str, id: str = "s1") -> Message[SettleAlert]:  # noqa: A002
    return Message(id, NOON, SettleAlert("D-1", "open:11", token))


def recovered(held: Glance | None, at: datetime = NOON + MINUTE, policy: Policy = RESOLVE, **fields: Any) -> Any:
    return recover_alert(guard(**fields), recovery(at), GuardFacts(held, None, policy), at)


def moved(decision: Decision[Guard]) -> Guard:
    assert decision.state is not None
    return decision.state


RECOVERING = [
    pytest.param(OPEN, RESOLVE, "resolved", ResolveCase, id="open: resolved"),
    pytest.param(OPEN, NOTE, "noted", AddActivity, id="open, and the policy only notes"),
    pytest.param(None, RESOLVE, "noted", None, id="being opened: later"),
    pytest.param(replace(OPEN, epoch=1), RESOLVE, "noted", None, id="being opened again: later"),
    pytest.param(CLOSED, RESOLVE, "nothing_open", None, id="resolved before"),
    pytest.param(CANCELLED, RESOLVE, "nothing_open", None, id="cancelled before"),
]


@pytest.mark.parametrize(("held", "policy", "outcome", "follows"), RECOVERING)
def test_a_recovery_does_what_its_case_allows(held: Glance | None, policy: Policy, outcome: str, follows: Any) -> None:
    decision = recovered(held, policy=policy)
    assert decision.outcome == decision.answer.values["outcome"] == outcome
    assert (type(decision.then.body) if decision.then else None) == follows
    assert moved(decision).recovered_at == NOON + MINUTE


def test_the_case_is_resolved_at_the_epoch_that_was_seen_and_no_later() -> None:
    decision = recovered(OPEN)
    assert decision.then.body == ResolveCase(
        "HELD", "carebus/devices", text="The device reports that it works again.", if_epoch=2
    )
    assert moved(decision).resolving == "r1"


def test_a_recovery_from_before_the_last_alert_changes_nothing() -> None:
    decision = recovered(OPEN, NOON - MINUTE)
    assert (decision.outcome, decision.state, decision.then) == ("outdated", None, None)


def test_a_case_that_is_about_more_than_this_error_is_not_resolved_by_its_recovery() -> None:
    decision = recovered(OPEN, is_guest=True)
    assert decision.outcome == "noted"
    assert isinstance(decision.then.body, AddActivity)


def test_a_second_recovery_does_not_resolve_again() -> None:
    decision = recovered(OPEN, resolving="r0")
    assert (decision.outcome, decision.then) == ("noted", None)


def test_an_alert_after_a_recovery_opens_the_next_epoch_though_the_case_has_not_heard_of_the_first() -> None:
    """The resolution is on its way: whichever comes first, the case is open in the end."""
    resolving = moved(recovered(OPEN))
    decision = bind_alert(resolving, alert(NOON + 2 * MINUTE), GuardFacts(OPEN, None, RESOLVE), NOON + 2 * MINUTE)
    assert decision.outcome == "reopened"
    assert decision.then is not None
    assert isinstance(decision.then.body, ReopenCase)
    assert (decision.then.body.case, decision.then.body.epoch) == ("HELD", 3)
    assert moved(decision).resolving == ""


def test_even_a_policy_without_a_reopen_window_opens_no_second_case_while_the_first_is_being_resolved() -> None:
    never = replace(RESOLVE, reopen_within=timedelta())
    resolving = moved(recovered(OPEN))
    decision = bind_alert(resolving, alert(NOON + 2 * MINUTE), GuardFacts(OPEN, None, never), NOON + 2 * MINUTE)
    assert (decision.outcome, moved(decision).case) == ("reopened", "HELD")


@pytest.mark.parametrize("held", [OPEN, CLOSED])
def test_an_alert_from_before_the_recovery_that_comes_late_is_only_counted(held: Glance) -> None:
    resolving = moved(recovered(OPEN))
    late = alert(NOON + MINUTE / 2)
    decision = bind_alert(resolving, late, GuardFacts(held, None, RESOLVE), NOON + 2 * MINUTE)
    assert (decision.outcome, moved(decision).count, moved(decision).epoch) == ("occurrence_added", 4, 2)


def test_an_alert_of_a_device_that_lost_the_time_is_news() -> None:
    resolving = moved(recovered(OPEN))
    lost = alert(datetime(1970, 1, 1, tzinfo=UTC))
    assert bind_alert(resolving, lost, GuardFacts(CLOSED, None, RESOLVE), NOON + 2 * MINUTE).outcome == "reopened"


def test_a_recovery_that_overtakes_the_very_first_alert_resolves_its_case_in_a_while() -> None:
    first = recover_first(recovery(NOON + MINUTE), GuardFacts(None, None, RESOLVE), NOON + MINUTE)
    assert first.outcome == "nothing_open"
    opened = bind_alert(moved(first), alert(NOON), GuardFacts(None, None, RESOLVE), NOON + MINUTE)
    assert opened.then is not None
    assert isinstance(opened.then.body, CreateCase)
    [settle] = opened.messages
    held = moved(opened)
    assert (held.count, held.token, settle.at) == (1, "a1", NOON + MINUTE + timedelta(seconds=30))
    open_now = Glance(1, True, held.number)
    assert isinstance(settle.body, SettleAlert)
    decision = settle_alert(held, Message("s", NOON, settle.body), GuardFacts(open_now, None, RESOLVE), NOON)
    assert decision.outcome == "resolved"


def test_a_device_that_says_it_works_tomorrow_is_believed_for_now() -> None:
    tomorrow = replace(recovery(NOON), body=RecoverAlert("D-1", "open:11", NOON + timedelta(days=1)))
    decision = recover_alert(guard(), tomorrow, GuardFacts(OPEN, None, RESOLVE), NOON + MINUTE)
    assert moved(decision).recovered_at == NOON + MINUTE


class Flap:
    """An error that comes and goes once in two minutes, and a case that follows its guard."""

    def __init__(self, policy: Policy = RESOLVE) -> None:
        self.policy, self.now, self.number = policy, NOON, 0
        first = open_first(alert(NOON, "a0"), GuardFacts(None, None, policy), NOON)
        self.guard, self.case = moved(first), Glance(1, True, "CAS-1", "active")
        self.scheduled: list[tuple[Any, SettleAlert]] = []

    def alert(self) -> Decision[Guard]:
        message = alert(self._later(), f"a{self.number}")
        return self._apply(bind_alert(self.guard, message, GuardFacts(self.case, None, self.policy), self.now))

    def recover(self) -> Decision[Guard]:
        message = recovery(self._later(), f"r{self.number}")
        return self._apply(recover_alert(self.guard, message, GuardFacts(self.case, None, self.policy), self.now))

    def settle(self) -> Decision[Guard]:
        """Let the last scheduled message come."""
        self.now, body = self.scheduled[-1]
        message = Message("s", self.now, body)
        return self._apply(settle_alert(self.guard, message, GuardFacts(self.case, None, self.policy), self.now))

    def _later(self) -> datetime:
        self.now, self.number = self.now + MINUTE, self.number + 1
        return self.now

    def _apply(self, decision: Decision[Guard]) -> Decision[Guard]:
        self.guard = decision.state or self.guard
        self.scheduled += [(each.at, each.body) for each in decision.messages if isinstance(each.body, SettleAlert)]
        match decision.then.body if decision.then else None:
            case ResolveCase(if_epoch=epoch) if epoch == self.case.epoch:
                self.case = replace(self.case, is_open=False, status="resolved", closed_at=self.now)
            case ReopenCase(epoch=int(epoch)):
                self.case = Glance(epoch, True, "CAS-1", "active")
            case CreateCase():
                self.case = Glance(1, True, "CAS-1", "active")
        return decision


def answer(decision: Decision[Guard]) -> str:
    assert decision.answer is not None
    return str(decision.answer.values["outcome"])


def test_after_too_many_turns_the_case_stays_open_and_nobody_is_told_again() -> None:
    flap = Flap()
    said = [(answer(flap.recover()), answer(flap.alert())) for _ in range(5)]
    assert said == [("resolved", "reopened"), ("resolved", "occurrence_added"), *[("noted", "occurrence_added")] * 3]
    assert flap.case.is_open
    assert flap.guard.count == 6


def test_once_it_was_quiet_for_long_enough_the_case_is_resolved() -> None:
    flap = Flap()
    for _ in range(3):
        flap.recover()
        flap.alert()
    assert answer(flap.recover()) == "noted"
    assert flap.scheduled[-1][0] == flap.now + 10 * MINUTE
    assert flap.settle().outcome == "resolved"
    assert (flap.case.is_open, flap.guard.is_flapping, flap.guard.turns) == (False, False, ())


def test_a_quiet_time_that_was_broken_resolves_nothing() -> None:
    flap = Flap()
    for _ in range(3):
        flap.recover()
        flap.alert()
    flap.recover()
    flap.alert()
    decision = flap.settle()
    assert (decision, flap.case.is_open) == (Decision(), True)


def test_turns_that_are_far_apart_are_none_too_many() -> None:
    flap = Flap()
    for _ in range(9):
        flap.now += 31 * MINUTE
        assert answer(flap.recover()) == "resolved"
        assert answer(flap.alert()) == "reopened"


def test_after_a_quiet_time_without_a_recovery_turns_are_counted_anew() -> None:
    flap = Flap()
    for _ in range(3):
        flap.recover()
        flap.alert()
    flap.now += 60 * MINUTE
    assert answer(flap.recover()) == "resolved"


def test_where_damping_is_off_every_turn_counts() -> None:
    flap = Flap(replace(RESOLVE, flapping=None))
    for _ in range(9):
        assert answer(flap.recover()) == "resolved"
        assert answer(flap.alert()) == "reopened"


def test_a_flapping_error_opens_no_further_cases_though_there_is_no_reopen_window() -> None:
    flap = Flap(replace(RESOLVE, reopen_within=timedelta()))
    said = []
    for _ in range(4):
        flap.recover()
        said.append(flap.alert().outcome)
    assert said == ["opened", "reopened", "occurrence_added", "occurrence_added"]


@given(st.lists(st.sampled_from(["alert", "recover", "settle", "wait"]), max_size=40))
def test_whatever_comes_the_case_is_open_while_the_device_is_broken_and_every_alert_is_counted(did: list[str]) -> None:
    flap, broken, alerts, told = Flap(), True, 1, 1
    for what in did:
        match what:
            case "alert":
                told += answer(flap.alert()) in ("opened", "reopened")
                broken, alerts = True, alerts + 1
            case "recover":
                flap.recover()
                broken = False
            case "settle" if flap.scheduled and flap.scheduled[-1][0] > flap.now:
                flap.settle()
            case "wait":
                flap.now += 30 * MINUTE
        assert flap.case.is_open or not broken
        assert flap.guard.count == alerts
        assert flap.guard.epoch == flap.case.epoch
    assert told <= alerts


async def test_a_recovery_without_a_code_is_about_all_errors_of_the_device() -> None:
    store = MemoryStore()
    for row in ("open:11", "open:12", "alert:x", "head"):
        await store.write("devices", "D-1", Insert(row, {}))

    async def usual() -> Catalogue:
        return Catalogue({}, {}, {})

    recoveries = Recoveries(store, usual)
    asked = Message("m", NOON, RecoverDevice("D-1", NOON), reply_to=ASKER)
    decision = await recoveries.route(asked, NOON)
    assert decision.then is not None
    assert (decision.then.body, decision.then.reply_to) == (RecoverAlert("D-1", "open:11", NOON), ASKER)
    assert [each.body for each in decision.messages] == [RecoverAlert("D-1", "open:12", NOON)]
    one = await recoveries.route(replace(asked, body=RecoverDevice("D-1", NOON, 13)), NOON)
    assert one.then is not None
    assert (one.then.body, one.messages) == (RecoverAlert("D-1", "open:13", NOON), ())
    unknown = await recoveries.route(replace(asked, body=RecoverDevice("D-9", NOON)), NOON)
    assert unknown.answer is not None
    assert unknown.answer.values["outcome"] == "nothing_open"
