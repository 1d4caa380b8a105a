"""A browser's push subscription: where its push service takes messages, and the keys that only the browser can use."""

import base64
import binascii
import json
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

from yarl import URL

LONGEST_ENDPOINT = 2048
KEY_BYTES = 65
"""An uncompressed point of P-256 (RFC 8291, 3.1)."""
AUTH_BYTES = 16
"""(RFC 8291, 3.2)."""


class NoSubscription(ValueError):
    """Why something is no subscription that we send to: the field and the reason, never the value."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Subscription:
    """What `PushSubscription.toJSON()` gives in a browser, flat."""

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def parse(cls, point: str, *, local: bool) -> Self:
        """Read a contact point as it is stored; raises NoSubscription."""
        try:
            data = json.loads(point)
            found = cls(str(data["endpoint"]), str(data["p256dh"]), str(data["auth"]))
        except (ValueError, KeyError, TypeError):
            raise NoSubscription("subscription", "cannot be read") from None
        found.check(local=local)
        return found

    def check(self, *, local: bool) -> None:
        """Raise NoSubscription where nothing may or can be sent to it.

        Whoever subscribes chooses the address that we then call: it must be a public web server by name. `local` also
        lets in this machine, where the sink is (Development only). Where a name leads is seen when it is resolved.
        """
        if reason := _fault(self.endpoint, local=local):
            raise NoSubscription("endpoint", reason)
        for field, text, length in (("p256dh", self.p256dh, KEY_BYTES), ("auth", self.auth, AUTH_BYTES)):
            if len(decoded(text)) != length:
                raise NoSubscription(field, f"is not {length} bytes in base64url")


def decoded(text: str) -> bytes:
    """The bytes of base64url with or without padding; nothing where it is none."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def host_of(point: str) -> str:
    """Whose push service a stored contact point is at: all of it that may be shown."""
    try:
        return URL(json.loads(point)["endpoint"]).host or ""
    except (ValueError, KeyError, TypeError):
        return ""


def is_public(address: str) -> bool:
    """True for an address of the public internet."""
    parsed = ip_address(address.partition("%")[0])
    return parsed.is_global and not parsed.is_multicast


def _fault(endpoint: str, *, local: bool) -> str:
    try:
        url = URL(endpoint)
        host, _ = url.host or "", url.port
    except ValueError:
        return "is not a URL"
    literal = _literal(host.rstrip("."))
    if local and url.scheme in ("http", "https") and (host == "localhost" or (literal and literal.is_loopback)):
        return ""
    if len(endpoint) > LONGEST_ENDPOINT:
        return f"is longer than {LONGEST_ENDPOINT} characters"
    if url.scheme != "https" or not host:
        return "is not an https URL"
    if url.user is not None or url.password is not None:
        return "has a user name or a password"
    if literal is not None or "." not in host.rstrip("."):
        return "does not name a public host"
    return ""


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
