"""Signed marks in the mails that we send, by which an answer finds its case.

A mark is in Reply-To (`care+MARK@...`) and in Message-ID, which comes back in In-Reply-To and References (the provider
takes one: learn.microsoft.com/azure/communication-services/concepts/email/email-headers). It says which case, and
whether the mail that it was in was an automatic reply. Relays may change the case of an address, whose part before
the @ has at most 64 characters (RFC 5321, 4.5.3.1.1): so a mark is of lower-case letters and digits, and its signature
is cut to 100 bits (RFC 2104, 5, asks for 80). It opens nothing, only adds, and never expires.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from itsdangerous import Signer

from shared.runtime.ids import CROCKFORD

SIGNATURE = 20
"""Characters of five bits."""
LONGEST_LOCAL_PART = 64
LETTERS = CROCKFORD.lower()

_CASE = re.compile(rf"[{CROCKFORD}]{{26}}")
_MARK = re.compile(
    rf"(?P<said>(?P<kind>[ma])(?P<case>[{LETTERS}]{{26}}))(?P<signature>[{LETTERS}]{{20}})-(?P<key>[\w-]{{1,8}})"
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a mark says: a case, and whether it was in an automatic reply."""

    case: str
    automatic: bool


class ReplyTokens:
    """Makes and reads marks. Without a reply address of ours there are none."""

    def __init__(self, address: str, keys: Mapping[str, str]) -> None:
        """Take the address that answers come to, and key ids with their secrets, the signing one first."""
        local, _, domain = address.strip().lower().rpartition("@")
        self._local, self._domain = local, domain
        self._keys = {key.lower(): secret for key, secret in keys.items()}

    def reply_to(self, case: str, *, automatic: bool) -> str:
        """Return the address to answer a mail about this case to; empty where there can be none."""
        mark = self._mark(case, automatic=automatic)
        local = f"{self._local}+{mark}"
        return f"{local}@{self._domain}" if mark and len(local) <= LONGEST_LOCAL_PART else ""

    def message_id(self, case: str, unique: str, *, automatic: bool) -> str:
        """Return the Message-ID of one mail about this case; empty where there can be none."""
        mark = self._mark(case, automatic=automatic)
        return f"<{unique.lower()}.{mark}@{self._domain}>" if mark else ""

    def marks(self, case: str, unique: str, automatic: bool) -> tuple[str, str]:
        """Return Reply-To and Message-ID of one mail about a case."""
        return self.reply_to(case, automatic=automatic), self.message_id(case, unique, automatic=automatic)

    def in_addresses(self, addresses: Iterable[str]) -> Named | None:
        """Return what the first of these addresses that is one of ours says."""
        return self._first(address.partition("+")[2].rpartition("@")[0] for address in addresses)

    def in_message_ids(self, message_ids: Iterable[str]) -> Named | None:
        """Return what the first of these ids that is one of ours says."""
        return self._first(id_.strip("<>").rpartition("@")[0].rpartition(".")[2] for id_ in message_ids)

    def _first(self, marks: Iterable[str]) -> Named | None:
        return next((named for mark in marks if (named := self._read(mark)) is not None), None)

    def _mark(self, case: str, *, automatic: bool) -> str:
        if not self._local or not _CASE.fullmatch(case):
            return ""
        key = next(iter(self._keys))
        said = ("a" if automatic else "m") + case.lower()
        return f"{said}{self._signature(said, key)}-{key}"

    def _read(self, mark: str) -> Named | None:
        found = _MARK.fullmatch(mark.lower())
        if found is None or found["key"] not in self._keys:
            return None
        if not hmac.compare_digest(self._signature(found["said"], found["key"]), found["signature"]):
            return None
        return Named(found["case"].upper(), found["kind"] == "a")

    def _signature(self, said: str, key: str) -> str:
        signer = Signer(self._keys[key], salt=b"carebus.reply", key_derivation="hmac", digest_method=hashlib.sha256)
        encoded = signer.get_signature(said)
        number = int.from_bytes(urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4)), "big")
        top = number >> (8 * hashlib.sha256().digest_size - 5 * SIGNATURE)
        return "".join(LETTERS[(top >> shift) & 31] for shift in range(5 * (SIGNATURE - 1), -1, -5))
