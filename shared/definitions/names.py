"""How things are named in definitions, and which name was probably meant."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
"""A document or a tile. No `.` or `~`: names become parts of paths and of table keys."""

ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
"""An attribute; capitals too, since the data of other systems names it."""


def nearest(name: str, known: Iterable[str]) -> str:
    """` (did you mean ...?)` with the known name nearest to this one, or nothing if none is near."""
    found = get_close_matches(name, list(known), n=1)
    return f" (did you mean `{found[0]}`?)" if found else ""
