"""Signs a request with an access key, as Azure Communication Services wants it.

Source: learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from email.utils import format_datetime

from yarl import URL

SIGNED_HEADERS = "x-ms-date;host;x-ms-content-sha256"


def decode_key(access_key: str) -> bytes:
    """The key's bytes; raise ValueError, without the key, if it is not base64."""
    try:
        return base64.b64decode(access_key, validate=True)
    except binascii.Error:
        raise ValueError("the access key is not base64") from None


def content_hash(body: bytes) -> str:
    """The digest of the body that the signature covers."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def sign(key: bytes, method: str, url: URL, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove who sends; `now` must be UTC and close to the service's clock."""
    date = format_datetime(now, usegmt=True)
    digest = content_hash(body)
    text = f"{method}\n{url.raw_path_qs}\n{date};{url.host_port_subcomponent};{digest}"
    signature = base64.b64encode(hmac.digest(key, text.encode(), "sha256")).decode()
    return {
        "x-ms-date": date,
        "x-ms-content-sha256": digest,
        "Authorization": f"HMAC-SHA256 SignedHeaders={SIGNED_HEADERS}&Signature={signature}",
    }
