"""A token opens what its key signed, until it expires."""

import hmac
from base64 import b64encode
from urllib.parse import urlencode

import pytest
from azure.servicebus._pyamqp.utils import generate_sas_token

from local.servicebus.errors import RefusedError
from local.servicebus.wire.sas import AccessKey, Grant, Grants
from tests.unit.servicebus.builders import SECOND, Clock

CLOCK = Clock()
KEY = AccessKey("RootManageSharedAccessKey", "SAS_KEY_VALUE")
IN_AN_HOUR = CLOCK.now // SECOND + 3600


def token(audience: str = "sb://127.0.0.1:5672/orders", key: str = KEY.key, name: str = KEY.name) -> str:
    """Sign a token as the SDK does, for an hour."""
    return str(generate_sas_token(audience, name, key, IN_AN_HOUR))  # type: ignore[no-untyped-call]


def test_a_token_of_the_sdk_is_accepted_for_its_audience() -> None:
    assert KEY.verify(token(), CLOCK.now) == Grant("orders", IN_AN_HOUR * SECOND)


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (token(key="WRONG"), "invalid signature"),
        (token(name="Reader"), "names no policy"),
        (token().replace("orders", "bills"), "invalid signature"),
        (token().replace(str(IN_AN_HOUR), str(IN_AN_HOUR + 1)), "invalid signature"),
        (token().replace("sig=", "sig=!"), "invalid signature"),
        ("Bearer abc", "MalformedToken"),
        ("SharedAccessSignature ", "names no policy"),
    ],
)
def test_a_token_that_the_key_did_not_sign_is_refused(bad: str, complaint: str) -> None:
    with pytest.raises(RefusedError, match=complaint) as caught:
        KEY.verify(bad, CLOCK.now)
    assert caught.value.status == 401


def test_an_expired_token_is_refused() -> None:
    with pytest.raises(RefusedError, match="ExpiredToken"):
        KEY.verify(token(), IN_AN_HOUR * SECOND)


def test_a_signed_expiry_that_is_no_time_is_refused() -> None:
    signature = hmac.digest(KEY.key.encode(), b"sb%3A%2F%2Fhost\nnever", "sha256")
    fields = {"sr": "sb://host", "sig": b64encode(signature), "se": "never", "skn": KEY.name}
    with pytest.raises(RefusedError, match="ExpiredToken"):
        KEY.verify("SharedAccessSignature " + urlencode(fields), CLOCK.now)


@pytest.mark.parametrize(
    ("granted", "path", "is_covered"),
    [
        ("orders", "orders", True),
        ("orders", "orders/$deadletterqueue", True),
        ("", "orders", True),
        ("orders", "orders-2", False),
        ("orders/$deadletterqueue", "orders", False),
    ],
)
def test_a_grant_covers_its_path_and_what_is_below(granted: str, path: str, is_covered: bool) -> None:
    assert Grant(granted, 10).covers(path, 9) is is_covered


def test_a_grant_ends_and_a_new_token_goes_on() -> None:
    clock = Clock(0)
    grants = Grants(clock)
    grants.add(Grant("orders", 10))
    grants.check("orders")
    clock.forward(10)
    with pytest.raises(RefusedError, match="no valid token covers 'orders'"):
        grants.check("orders")
    grants.add(Grant("orders", 20))
    grants.check("orders")
