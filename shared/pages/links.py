"""Signed links to customer pages: each opens one page, for one subject, for a limited time."""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, Signer

from shared.runtime.errors import MissingSettings, Permanent

SETTING = "CAREBUS_LINK_KEYS"
MIN_SECRET = 32
"""Characters of a secret: what HMAC-SHA-256 can make use of (RFC 2104, 3)."""
TICKET = "t"
"""The purpose of a ticket link, and the first part of its path."""
TICKET_LIFETIME = timedelta(days=90)
MAX_TOKEN = 1024
"""Characters that are looked at; ours have about a hundred."""

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,8}")
_PAYLOAD = re.compile(r"(?P<key>[^.]+)\.(?P<purpose>[a-z])\.(?P<exp>[0-9a-f]{1,10})\.(?P<id>[A-Za-z0-9_-]+)")


class LinkError(Permanent):
    """The link opens nothing."""


class BadLink(LinkError):
    """The link was not issued by us, or was damaged on its way."""


class UnknownKey(BadLink):
    """The link was signed with a key that is no longer, or never was, in use."""


class WrongPurpose(BadLink):
    """The link opens another page than this one."""


class ExpiredLink(LinkError):
    """The link was good once."""


def link_keys(text: str) -> dict[str, str]:
    """Read `id:secret,id:secret`; the first signs, all verify. Raises MissingSettings, which never quotes a secret."""
    keys: dict[str, str] = {}
    for place, entry in enumerate(text.split(","), start=1):
        key, _, secret = entry.strip().partition(":")
        if not _KEY_ID.fullmatch(key) or not secret:
            raise MissingSettings(f"{SETTING}: entry {place} is not `id:secret` with an id of 1 to 8 letters or digits")
        if len(secret) < MIN_SECRET:
            raise MissingSettings(f"{SETTING}: the secret of entry {place} has fewer than {MIN_SECRET} characters")
        if key in keys:
            raise MissingSettings(f"{SETTING}: entry {place} repeats the id of an earlier one")
        keys[key] = secret
    return keys


class Links:
    """Issues and reads links. Equal input gives an equal link, so that a repeated message has the same bytes."""

    def __init__(self, public_url: str, keys: Mapping[str, str]) -> None:
        """Take the address that customers reach us at, and key ids with their secrets, the signing one first."""
        self._public_url = public_url.rstrip("/")
        self._keys = dict(keys)

    def ticket(self, case: str, issued: datetime) -> str:
        """Return the URL of a case's ticket page, good for 90 days from `issued` on."""
        return f"{self._public_url}/{TICKET}/{self._token(TICKET, case, issued + TICKET_LIFETIME)}"

    def read(self, token: str, purpose: str, now: datetime) -> str:
        """Return the id that the token stands for; raises BadLink, UnknownKey, WrongPurpose, ExpiredLink."""
        payload, _, _ = token[:MAX_TOKEN].rpartition(".")
        found = _PAYLOAD.fullmatch(payload)
        if found is None or not token.isascii():
            raise BadLink
        self._verify(found["key"], token)
        if found["purpose"] != purpose:
            raise WrongPurpose
        if now >= datetime.fromtimestamp(int(found["exp"], 16), UTC):
            raise ExpiredLink
        return _decoded(found["id"])

    def _token(self, purpose: str, subject: str, expires: datetime) -> str:
        key = next(iter(self._keys))
        payload = f"{key}.{purpose}.{int(expires.timestamp()):x}.{_encoded(subject)}"
        return self._signer(key).sign(payload).decode()

    def _verify(self, key: str, token: str) -> None:
        if key not in self._keys:
            raise UnknownKey
        try:
            self._signer(key).unsign(token)
        except BadSignature:
            raise BadLink from None

    def _signer(self, key: str) -> Signer:
        """SHA-256 throughout: the library's own default is SHA-1."""
        return Signer(self._keys[key], salt=b"carebus.link", key_derivation="hmac", digest_method=hashlib.sha256)


def _encoded(subject: str) -> str:
    return urlsafe_b64encode(subject.encode()).rstrip(b"=").decode()


def _decoded(text: str) -> str:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
