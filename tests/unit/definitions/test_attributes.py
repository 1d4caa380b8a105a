"""Values keep to the attributes that are declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.definitions.attributes import TYPES, Attribute, AttributeType, check, fault_of

MOMENT = "must be a date and time with its offset (RFC 3339)"


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("", "text"),
        ("Grüße 🎉", "text"),
        (11, "number"),
        (-1.5, "number"),
        (10**300, "number"),
        (False, "boolean"),
        ("2026-11-21T10:00:00Z", "datetime"),
        ("2026-11-21T10:00:00.123+05:30", "datetime"),
        ("D-1001", "reference"),
        ("a/b#c?d e", "reference"),
        ("x" * 256, "reference"),
    ],
)
def test_a_value_of_the_type(value: object, type_: AttributeType) -> None:
    assert fault_of(value, type_) is None


@pytest.mark.parametrize(
    ("value", "type_", "reason"),
    [
        (1, "text", "must be text"),
        (None, "text", "must be text"),
        ("\ud800", "text", "must be valid Unicode"),
        (True, "number", "must be a number"),
        ("11", "number", "must be a number"),
        (float("nan"), "number", "must be a finite number"),
        (float("inf"), "number", "must be a finite number"),
        pytest.param(10**400, "number", "must be a finite number", id="beyond a double"),
        (1, "boolean", "must be true or false"),
        ("true", "boolean", "must be true or false"),
        ("2026-11-21T10:00:00", "datetime", MOMENT),
        ("2026-11-21", "datetime", MOMENT),
        ("tomorrow", "datetime", MOMENT),
        (1795303779, "datetime", MOMENT),
        ("", "reference", "must be an id"),
        (1001, "reference", "must be an id"),
        ("x" * 257, "reference", "must be an id of at most 256 characters"),
        ("a\nb", "reference", "must be an id without control characters"),
        ("a\x7f", "reference", "must be an id without control characters"),
        ("a\ud800", "reference", "must be an id without control characters"),
    ],
)
def test_a_value_of_another_type(value: object, type_: AttributeType, reason: str) -> None:
    assert fault_of(value, type_) == reason


DECLARED = {"device_id": Attribute("reference"), "code": Attribute("number"), "note": Attribute("text", optional=True)}


def test_what_keeps_to_the_declaration_has_no_fault() -> None:
    assert check({"device_id": "D-1", "code": 11}, DECLARED) == []
    assert check({"device_id": "D-1", "code": 11, "note": "loud"}, DECLARED) == []


def test_every_fault_is_named_by_its_field() -> None:
    assert check({"code": "11", "note": None, "devise_id": "D-1", "zzz": 1}, DECLARED) == [
        ("device_id", "is missing"),
        ("code", "must be a number"),
        ("note", "must be text"),
        ("devise_id", "is not an attribute (did you mean `device_id`?)"),
        ("zzz", "is not an attribute"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=2)
)


@given(JSON, st.sampled_from(TYPES))
def test_any_value_gets_an_answer(value: object, type_: AttributeType) -> None:
    reason = fault_of(value, type_)
    assert reason is None or reason.startswith("must be")


@given(st.text(min_size=9, alphabet="qxzj0123456789"), st.sampled_from(TYPES))
def test_a_reason_never_repeats_the_value(value: str, type_: AttributeType) -> None:
    assert value not in (fault_of(value, type_) or "")
    assert all(value not in reason for _, reason in check({"code": value}, DECLARED))
