"""Checks a request's access-key signature, as Azure Communication Services does.

Source: learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial. Written apart from
the code that signs, so that one mistake cannot be in both.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from local.sink.refusal import Refused

TOLERANCE = timedelta(minutes=5)
AUTHORIZATION = re.compile(
    r"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=(?P<signature>[A-Za-z0-9+/]+=*)"
)


def authenticate(key: bytes, method: str, target: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raise Refused (401) without a fresh signature; `target` is path and query as received."""
    given = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if given is None:
        raise denied("the Authorization header is missing or not HMAC-SHA256 over the three signed headers")
    date = headers.get("x-ms-date", "")
    if abs(now - http_date(date)) > TOLERANCE:
        raise denied("x-ms-date is more than five minutes away")
    digest = base64.b64encode(hashlib.sha256(body).digest())
    if not hmac.compare_digest(digest, headers.get("x-ms-content-sha256", "").encode()):
        raise denied("x-ms-content-sha256 is not the hash of the body")
    signed = f"{method}\n{target}\n{date};{headers.get('Host', '')};".encode() + digest
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    if not hmac.compare_digest(expected, given["signature"].encode()):
        raise denied("the signature does not match")


def http_date(text: str) -> datetime:
    """The time of an HTTP date; raise Refused (401) if it is none."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        raise denied("x-ms-date is not an HTTP date") from None


def denied(why: str) -> Refused:
    """The service's own words; the reason behind them is ours, for whoever debugs a client."""
    return Refused(401, "Denied", f"Denied by the resource provider: {why}.")
