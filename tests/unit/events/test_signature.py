"""Who signs is let in for five minutes; who does not is told which header is wrong, and nothing more."""

import base64
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from shared.events.signature import TOLERANCE, verify
from shared.runtime.problem import Problem
from tests.unit.events.building import NOW, encoded, event, secret, signed

BODY = encoded(event())
OLD, NEW, OTHER = secret("o"), secret("n"), secret("x")
SECOND = timedelta(seconds=1)


def keys(*secrets: str) -> list[bytes]:
    return [base64.b64decode(one.removeprefix("whsec_")) for one in secrets]


def refused(headers: dict[str, str], body: bytes = BODY, secrets: Sequence[bytes] = tuple(keys(NEW))) -> Problem:
    with pytest.raises(Problem) as raised:
        verify(headers, body, secrets, NOW)
    return raised.value


def test_the_example_of_the_specification_is_accepted() -> None:
    """Source: Standard Webhooks 1.0, the vector that its reference libraries share."""
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = NOW.fromtimestamp(1614265330, NOW.tzinfo)
    verify(headers, body, keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), at)


@pytest.mark.parametrize("secret_in_use", [OLD, NEW])
def test_while_a_secret_is_rotated_both_are_good(secret_in_use: str) -> None:
    verify(signed(BODY, secret_in_use), BODY, keys(OLD, NEW), NOW)


def test_a_sender_that_rotates_may_sign_with_both() -> None:
    old, new = signed(BODY, OLD), signed(BODY, NEW)
    both = old | {"webhook-signature": f"v1a,AAAA {old['webhook-signature']} {new['webhook-signature']}"}
    verify(both, BODY, keys(NEW), NOW)


def test_a_retired_secret_is_good_no_more() -> None:
    assert refused(signed(BODY, OLD)).kind.status == 401


@pytest.mark.parametrize("age", [-TOLERANCE, TOLERANCE, 0 * SECOND])
def test_five_minutes_either_way_are_tolerated(age: timedelta) -> None:
    verify(signed(BODY, NEW, NOW - age), BODY, keys(NEW), NOW)


@pytest.mark.parametrize("age", [-TOLERANCE - SECOND, TOLERANCE + SECOND])
def test_more_is_stale(age: timedelta) -> None:
    problem = refused(signed(BODY, NEW, NOW - age))
    assert (problem.kind.name, problem.kind.status) == ("signature-stale", 401)
    assert [error.field for error in problem.errors] == ["webhook-timestamp"]


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(header: str) -> None:
    headers = signed(BODY, NEW)
    del headers[header]
    problem = refused(headers)
    assert (problem.kind.status, problem.detail) == (400, f"{header} is missing.")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("webhook-id", ""),
        ("webhook-id", "größe"),
        ("webhook-id", "\udc80"),
        ("webhook-timestamp", "now"),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", "-1"),
        ("webhook-timestamp", "٣"),
        ("webhook-timestamp", "9" * 400),
        ("webhook-signature", "v1,\x00"),
    ],
)
def test_a_malformed_header_is_named(header: str, value: str) -> None:
    problem = refused(signed(BODY, NEW) | {header: value})
    assert (problem.kind.status, problem.detail) == (400, f"{header} is malformed.")


@pytest.mark.parametrize("signature", ["v1", "v1,", "v1,!", "v1,AAA", "nonsense", "v1a,AAAA", "v1,a,b", "v2,AAAA", " "])
def test_what_is_no_signature_fits_nothing(signature: str) -> None:
    problem = refused(signed(BODY, NEW) | {"webhook-signature": signature})
    assert (problem.kind.name, problem.kind.status) == ("signature-wrong", 401)
    assert "WWW-Authenticate" in problem.kind.headers


def test_id_time_and_body_are_all_signed() -> None:
    good = signed(BODY, NEW)
    later = str(int(good["webhook-timestamp"]) + 1)
    assert refused(good, BODY + b" ").kind.name == "signature-wrong"
    assert refused(good | {"webhook-id": "msg_2"}).kind.name == "signature-wrong"
    assert refused(good | {"webhook-timestamp": later}).kind.name == "signature-wrong"


def test_a_body_that_is_not_utf8_is_told_so_whoever_sends_it() -> None:
    headers = signed(BODY, NEW)
    assert refused(headers, b"\xff").errors == refused(headers, b"\xff", keys(OTHER)).errors
    assert refused(headers, b"\xff").detail == "body is not UTF-8."


@given(st.text(), st.text(), st.text(), st.binary())
def test_nothing_but_a_problem_comes_of_any_header(id_: str, stamp: str, signature: str, body: bytes) -> None:
    headers = {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}
    assert refused(headers, body).kind.status in (400, 401)
    assert refused(signed(b"", NEW) | {"webhook-signature": signature}, body).kind.status in (400, 401)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_the_library_signs_is_let_in(text: str) -> None:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": Webhook(NEW).sign("msg_1", NOW, text),
    }
    verify(headers, text.encode(), keys(NEW), NOW)
