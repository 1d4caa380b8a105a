"""Identifiers: made once (ULIDs), derived where a retry must find the same, and quoted where they come from outside."""

import base64
import hashlib
import re

from ulid import ULID

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26

LONGEST = 256
"""UTF-16 units of one quoted identifier: what the doors take of an ordinary one is never cut."""
LONGEST_KEY = 480
"""Of several that are joined: a key holds 512 (`azure/limits.py`), and some begin with a word of our own."""
CUT = "%-"
"""Nothing that was quoted in full has it in it."""

_CROCKFORD_OF_RFC_4648 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", CROCKFORD.encode())
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
    return base64.b32encode(digest.digest()[:20]).translate(_CROCKFORD_OF_RFC_4648)[:LENGTH].decode()


def quoted(identifier: str, longest: int = LONGEST) -> str:
    """Percent-encode what Table storage forbids in keys, and `~`, which joins their parts.

    What is too long for a key is cut, and ends in what tells it from others.
    """
    text = _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), identifier)
    if units(text) <= longest:
        return text
    return f"{text[: (longest - len(CUT) - LENGTH) // 2]}{CUT}{derived(identifier)}"


def units(text: str) -> int:
    """Count a text in UTF-16, as Table storage does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def joined(*identifiers: str) -> str:
    """Return one table key from several identifiers; where it would be too long, each gets its share of it."""
    key = "~".join(quoted(identifier) for identifier in identifiers)
    if units(key) <= LONGEST_KEY:
        return key
    share = LONGEST_KEY // len(identifiers) - 1
    return "~".join(quoted(identifier, share) for identifier in identifiers)
