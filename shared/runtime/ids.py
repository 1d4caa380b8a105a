"""Identifiers: made once (ULIDs), derived where a retry must find the same, and quoted where they come from outside."""

import hashlib
import re

from ulid import ULID

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26

_UNSAFE = re.compile(r"[/\\#?~%\x00-\x1f\x7f-\x9f]")


def made() -> str:
    """Return a new ULID: sortable by time, unique without asking anybody."""
    return str(ULID())


def derived(*parts: str) -> str:
    """Return 26 Crockford characters (130 bits) of SHA-256 over the parts; equal parts give equal ids.

    Each part goes in behind its length, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(4, "big"))
        digest.update(data)
    number = int.from_bytes(digest.digest(), "big") >> (256 - 5 * LENGTH)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def quoted(identifier: str) -> str:
    """Percent-encode what Table storage forbids in keys, and `~`, which joins their parts."""
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), identifier)


def joined(*identifiers: str) -> str:
    """Return one table key from several identifiers."""
    return "~".join(quoted(identifier) for identifier in identifiers)
