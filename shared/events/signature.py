"""Signed webhooks: Standard Webhooks 1.0, `v1` (HMAC-SHA256 over id, timestamp and body).

The library signs; the time is judged here, because it only knows the wall clock. The signature does not cover the
`ce-*` headers of binary mode: a sender whose requests others may see sends structured events.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from shared.events.refusal import BODY, Fault, Refused
from shared.runtime.problem import FieldError, Kind, Problem

TOLERANCE = timedelta(minutes=5)

_SIGN_AGAIN = "Sign the body with the sender's current secret and the current time, then send it again."
_UNSIGNED = Kind("signature-header", 400, "A header of the signature is missing or malformed", _SIGN_AGAIN)
_CHALLENGE = {"WWW-Authenticate": "StandardWebhooks"}
_STALE = Kind("signature-stale", 401, "The signature is too old or from the future", _SIGN_AGAIN, _CHALLENGE)
_WRONG = Kind("signature-wrong", 401, "The signature does not fit", _SIGN_AGAIN, _CHALLENGE)

_FORMS = {
    "webhook-id": re.compile(r"[!-~]{1,256}"),
    "webhook-timestamp": re.compile(r"[0-9]{1,11}"),
    "webhook-signature": re.compile(r"[ -~]{1,4096}"),
}


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], now: datetime) -> None:
    """Return if one of the secrets signed the body within five minutes of `now`; raises Problem.

    Every secret is tried whatever the ones before said, so that the time taken tells nothing about them.
    """
    _check_form(headers)
    timestamp = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    if abs(now - timestamp) > TOLERANCE:
        raise Problem(
            _STALE, "webhook-timestamp is more than five minutes off.", [FieldError("webhook-timestamp", "stale")]
        )
    given = _signatures(headers["webhook-signature"])
    text = _text(body)
    signed = [_signature(secret, headers["webhook-id"], timestamp, text) for secret in secrets]
    fits = [hmac.compare_digest(own, theirs) for own in signed for theirs in given]
    if not any(fits):
        raise Problem(_WRONG, "No v1 signature fits.", [FieldError("webhook-signature", "wrong")])


def _check_form(headers: Mapping[str, str]) -> None:
    errors = []
    for name, form in _FORMS.items():
        if name not in headers:
            errors.append(FieldError(name, "is missing"))
        elif not form.fullmatch(headers[name]):
            errors.append(FieldError(name, "is malformed"))
    if errors:
        raise Problem(_UNSIGNED, f"{errors[0].field} {errors[0].reason}.", errors)


def _signatures(header: str) -> list[bytes]:
    """Return the v1 signatures; a sender that rotates its secret sends one of each. Others are not ours to judge."""
    signatures = []
    for versioned in header.split(" "):
        version, _, encoded = versioned.partition(",")
        if version == "v1":
            try:
                signatures.append(base64.b64decode(encoded, validate=True))
            except binascii.Error:
                continue
    return signatures


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refused([Fault("malformed_json", BODY, "is not UTF-8")]) from None


def _signature(secret: bytes, id_: str, timestamp: datetime, body: str) -> bytes:
    signed = Webhook(secret).sign(id_, timestamp, body)
    return base64.b64decode(signed.removeprefix("v1,"))
