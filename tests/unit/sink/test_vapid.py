"""Who sends a push message is known by its token, or it is refused (RFC 8292)."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from local.sink.browser import UNCOMPRESSED, Subscription, Unreadable, text
from local.sink.refusal import Refused
from local.sink.vapid import sender_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORIGIN = "http://127.0.0.1:8025"
KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def authorization(key: ec.EllipticCurvePrivateKey = KEY, shown: ec.EllipticCurvePrivateKey = KEY, **claims: Any) -> str:
    exp = int((NOW + timedelta(hours=12)).timestamp())
    token = jwt.encode({"aud": ORIGIN, "exp": exp, "sub": "mailto:care@example.org", **claims}, key, algorithm="ES256")
    return f"vapid t={token}, k={text(shown.public_key().public_bytes(*UNCOMPRESSED))}"


def test_a_good_token_says_who_sends() -> None:
    assert sender_of(authorization(), ORIGIN, NOW) == "mailto:care@example.org"


def unsigned() -> str:
    head, body = ({"alg": "none"}, {"aud": ORIGIN, "exp": NOW.timestamp() + 60})
    token = ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, body))
    return f"vapid t={token}., k={text(KEY.public_key().public_bytes(*UNCOMPRESSED))}"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("", 401),
        ("Bearer abc", 401),
        ("vapid t=abc", 401),
        ("vapid t=abc, k=abc", 403),
        (authorization(shown=OTHER), 403),
        (authorization(aud="https://push.example.com"), 403),
        (authorization(exp=int(NOW.timestamp())), 403),
        (authorization(exp=int((NOW + timedelta(hours=25)).timestamp())), 403),
        (authorization(exp="soon"), 403),
        (unsigned(), 403),
    ],
)
def test_a_token_that_proves_nothing_is_refused(given: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        sender_of(given, ORIGIN, NOW)
    assert refused.value.status == status


@pytest.mark.parametrize("body", [b"", b"x" * 20, b"x" * 200])
def test_a_browser_reads_only_what_is_for_it(body: bytes) -> None:
    with pytest.raises(Unreadable):
        Subscription.made("Kim", NOW).read(body)


def test_a_subscription_looks_as_a_browsers_does() -> None:
    shown = Subscription.made("", NOW).shown(ORIGIN)
    assert str(shown["endpoint"]).startswith(f"{ORIGIN}/push/")
    assert shown["expirationTime"] is None
    keys = shown["keys"]
    assert isinstance(keys, dict)
    assert {name: len(value) for name, value in keys.items()} == {"p256dh": 87, "auth": 22}
