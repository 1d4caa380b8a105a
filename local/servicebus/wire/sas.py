"""Shared access signatures (Service Bus, "access control with SAS"): who may open links to what, and until when."""

import base64
import hmac
from binascii import Error as NotBase64
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote_plus

from local.servicebus.addresses import entity_path
from local.servicebus.errors import UNAUTHORIZED, RefusedError

_SCHEME = "SharedAccessSignature "


class Grant(NamedTuple):
    """What a token allows: everything at and below a path, until a time in milliseconds since 1970."""

    path: str
    expires_at: int

    def covers(self, path: str, now: int) -> bool:
        """Tell whether a path is allowed now."""
        return now < self.expires_at and (self.path in ("", path) or path.startswith(self.path + "/"))


class AccessKey(NamedTuple):
    """A shared access policy of the namespace and its key."""

    name: str
    key: str

    def verify(self, token: str, now: int) -> Grant:
        """Return what a token allows; raise `RefusedError` unless this key signed it and it is still valid."""
        if not token.startswith(_SCHEME):
            raise RefusedError(UNAUTHORIZED, "MalformedToken: only shared access signatures are understood.")
        fields = dict(part.partition("=")[::2] for part in token.removeprefix(_SCHEME).split("&"))
        resource, expiry = fields.get("sr", ""), fields.get("se", "")
        if unquote_plus(fields.get("skn", "")) != self.name:
            raise RefusedError(UNAUTHORIZED, "InvalidSignature: the token names no policy of this namespace.")
        if not hmac.compare_digest(self._sign(resource, expiry), _signature(fields.get("sig", ""))):
            raise RefusedError(UNAUTHORIZED, "InvalidSignature: The token has an invalid signature.")
        if not expiry.isdecimal() or int(expiry) * 1000 <= now:
            raise RefusedError(UNAUTHORIZED, "ExpiredToken: The token has expired.")
        return Grant(entity_path(unquote_plus(resource)), int(expiry) * 1000)

    def _sign(self, resource: str, expiry: str) -> bytes:
        """The text that is signed is the resource as the token spells it, percent-encoded."""
        return hmac.digest(self.key.encode(), f"{resource}\n{expiry}".encode(), "sha256")


class Grants:
    """What the tokens of one connection allow."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.now = clock
        self._by_path: dict[str, Grant] = {}

    def add(self, grant: Grant) -> None:
        """Add a grant; a new one for the same path takes the place of the old."""
        self._by_path[grant.path] = grant

    def check(self, path: str) -> None:
        """Raise `RefusedError` unless a path is allowed now."""
        now = self.now()
        if not any(grant.covers(path, now) for grant in self._by_path.values()):
            raise RefusedError(UNAUTHORIZED, f"Unauthorized access: no valid token covers '{path}'.")


def _signature(encoded: str) -> bytes:
    try:
        return base64.b64decode(unquote_plus(encoded), validate=True)
    except (NotBase64, ValueError):
        return b""
