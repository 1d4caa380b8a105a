"""Request headers that say under which condition, and how patiently, a command is meant."""

import re

MAX_WAIT = 30
"""Seconds that a caller may wait for a command; the platform's own limit is 230."""

_VERSION = re.compile(r'"(\d{1,9})"')
_WAIT = re.compile(r'(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=[,;]|$)', re.IGNORECASE)


def matches(if_match: str, etag: str) -> bool:
    """True where If-Match names this strong entity tag or any (RFC 9110, 13.1.1)."""
    tags = [tag.strip() for tag in if_match.split(",")]
    return tags == ["*"] or etag in tags


def version_of(if_match: str) -> int | None:
    """Return the one version that If-Match names; None where it names any, or several."""
    found = _VERSION.fullmatch(if_match.strip())
    return int(found[1]) if found else None


def wait_of(prefer: str) -> int | None:
    """Return the seconds of `Prefer: wait=N` (RFC 7240, 4.3), at most MAX_WAIT; None where it is not asked for."""
    found = _WAIT.search(prefer)
    return min(int(found[1]), MAX_WAIT) if found else None
