"""How cases are treated, as a deployment writes it."""

from datetime import timedelta

import pytest

from shared.definitions.catalogue import Catalogue
from shared.definitions.policy import Flapping, Policy
from tests.unit.definitions.world import faults, load

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def policy(text: str) -> Policy:
    found = load(f"policy: cases\n{text}").of_cases["policy"]["cases"]
    assert isinstance(found, Policy)
    return found


def test_a_policy_with_all_there_is() -> None:
    text = """
    alert_key: [error_code, device]
    reopen_within: PT2H
    recovery: resolve
    flapping: {alerts: 5, within: PT2H, quiet: PT10M}
    transitions: {in_progress: [on_hold], on_hold: [in_progress, problem_solved]}
    closing: blocked
    """
    assert policy(text.replace("\n    ", "\n")) == Policy(
        alert_key=("device", "error_code"),
        reopen_within=2 * HOUR,
        recovery="resolve",
        flapping=Flapping(5, 2 * HOUR, 10 * MINUTE),
        allowed={"in_progress": frozenset({"on_hold"}), "on_hold": frozenset({"in_progress", "problem_solved"})},
        closing="blocked",
    )


def test_what_is_left_out_is_as_usual() -> None:
    usual = Policy(
        alert_key=("device", "error_code"),
        reopen_within=24 * HOUR,
        recovery="note",
        flapping=Flapping(3, HOUR, 30 * MINUTE),
        allowed=None,
        closing="independent",
    )
    assert policy("") == usual == Catalogue({}, {}, {}).policy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alert_key: attribute", Policy(alert_key=("attribute",))),
        ("alert_key: [device]", Policy(alert_key=("device",))),
        ("reopen_within: false", Policy(reopen_within=timedelta())),
        ("flapping: false", Policy(flapping=None)),
        ("flapping: {alerts: 1}", Policy(flapping=Flapping(1))),
    ],
)
def test_a_policy_may_say_it_in_short(text: str, expected: Policy) -> None:
    assert policy(text) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("alert_key: code", "2: `code` is not one of attribute"),
        ("alert_key: [error_code]", "2: `device` is missing: equal codes of different devices are different errors"),
        ("alert_key: []", "2: must be a list of at least one item"),
        ("alert_key: [device, model]", "2: `model` is not one of device, error_code"),
        ("reopen_within: a day", "2: `a day` is not a duration, such as PT15M or P2D"),
        ("reopen_within: P91D", "2: `P91D` is longer than 90 days"),
        ("recovery: resolv", "2: `resolv` is not one of note, resolve (did you mean `resolve`?)"),
        ("flapping: {within: PT1H}", "2: `alerts` is missing"),
        ("flapping: {alerts: 0}", "2: must be a whole number from 1 to 50"),
        ("flapping: {alerts: true}", "2: must be a whole number from 1 to 50"),
        ("flapping: {alerts: 3, within: P2D}", "2: `P2D` is longer than 1 days"),
        ("flapping: {alerts: 3, calm: PT1H}", "2: unknown key `calm`"),
        ("transitions: [on_hold]", "2: must be a mapping"),
        ("closing: all", "2: `all` is not one of independent, cascade, blocked"),
        ("closings: blocked", "2: unknown key `closings` (did you mean `closing`?)"),
        (
            "recovery: resolve\ntransitions: {problem_solved: [on_hold]}",
            "2: `resolve` needs `in_progress` among what may follow `problem_solved`",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, fault: str) -> None:
    assert faults(f"policy: cases\n{text}") == [fault]


@pytest.mark.parametrize("written", ["transitions: {on_holt: [on_hold]}", "transitions: {on_hold: [on_holt]}"])
def test_an_unknown_status_reason_is_told(written: str) -> None:
    [fault] = faults(f"policy: cases\n{written}")
    assert fault.startswith("2: `on_holt` is not one of in_progress, on_hold, ")
    assert fault.endswith("(did you mean `on_hold`?)")


def test_there_is_one_policy() -> None:
    assert faults("policy: mine") == ["1: there is no policy `mine`, only `cases`"]


def test_a_status_reason_that_the_allow_list_does_not_name_goes_anywhere() -> None:
    strict = Policy(allowed={"in_progress": frozenset({"on_hold"})})
    assert strict.may_follow("in_progress", "on_hold")
    assert not strict.may_follow("in_progress", "problem_solved")
    assert strict.may_follow("on_hold", "problem_solved")
    assert Policy().may_follow("in_progress", "problem_solved")


@pytest.mark.parametrize(
    ("parts", "device", "code", "given", "key"),
    [
        (("device", "error_code"), "D", 11, "", ""),
        (("device", "error_code"), "D", 0, "", ""),
        (("device", "error_code"), "D", 11, "pump-4", ""),
        (("device", "error_code"), "D", None, "", None),
        (("device", "error_code"), None, 11, "", None),
        (("device",), "D", 11, "", "device"),
        (("device",), "D", None, "", None),
        (("attribute",), "D", 11, "pump-4", "key:pump-4"),
        (("attribute",), None, None, "pump-4", "key:pump-4"),
        (("attribute",), "D", 11, "", ""),
        (("attribute",), "D", None, "", None),
    ],
)
def test_alerts_are_one_by_their_key(
    parts: tuple[str, ...], device: str | None, code: int | None, given: str, key: str | None
) -> None:
    assert Policy(alert_key=parts).key_of(device, code, given) == key  # type: ignore[arg-type]
