"""A signature stands for exactly one request, for a short time."""

from datetime import UTC, datetime, timedelta

import pytest
from yarl import URL

from local.sink.authentication import authenticate
from local.sink.refusal import Refused
from shared.channels.signing import sign

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL_OF_SMS = URL("http://127.0.0.1:7000/sms?api-version=2021-03-07")
KEY, BODY = b"a key", b'{"a":1}'


def headers() -> dict[str, str]:
    return {**sign(KEY, "POST", URL_OF_SMS, BODY, NOW), "Host": "127.0.0.1:7000"}


def check(
    *,
    key: bytes = KEY,
    method: str = "POST",
    target: str = URL_OF_SMS.raw_path_qs,
    body: bytes = BODY,
    now: datetime = NOW,
    **changed: str,
) -> None:
    renamed = {name.replace("_", "-"): value for name, value in changed.items()}
    authenticate(key, method, target, {**headers(), **renamed}, body, now)


def test_the_signer_and_the_verifier_agree() -> None:
    check()


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_may_differ_by_five_minutes(minutes: int) -> None:
    check(now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"key": b"another"}, "signature"),
        ({"method": "PUT"}, "signature"),
        ({"target": "/sms?api-version=2026-01-23"}, "signature"),
        ({"Host": "127.0.0.1:7001"}, "signature"),
        ({"body": b"{}"}, "hash of the body"),
        ({"x_ms_content_sha256": ""}, "hash of the body"),
        ({"x_ms_content_sha256": "é"}, "hash of the body"),
        ({"now": NOW + timedelta(minutes=5, seconds=1)}, "five minutes"),
        ({"now": NOW - timedelta(minutes=5, seconds=1)}, "five minutes"),
        ({"x_ms_date": "yesterday"}, "not an HTTP date"),
        ({"x_ms_date": "Sun, 01 Mar 2026 12:00:01 GMT"}, "signature"),
        ({"Authorization": ""}, "missing"),
        ({"Authorization": "Bearer abc"}, "missing"),
        ({"Authorization": "HMAC-SHA256 SignedHeaders=host&Signature=AAAA"}, "three signed headers"),
    ],
)
def test_anything_else_is_denied(changes: dict[str, str], why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        check(**changes)  # type: ignore[arg-type]
    assert (refused.value.status, refused.value.code) == (401, "Denied")
