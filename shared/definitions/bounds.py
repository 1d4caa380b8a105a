"""What a case may hold, whoever says it: an agent, a file, a message, an event (DOMAIN.md 5)."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

Priority = Literal["critical", "high", "normal", "low"]
Type = Literal["question", "problem", "request"]
Origin = Literal["phone", "email", "web", "sms", "iot", "chat"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "priority": get_args(Priority),
    "type": get_args(Type),
    "origin": get_args(Origin),
}
LONGEST: Mapping[str, int] = {
    "title": 200,
    "description": 2000,
    "subject": 200,
    "product": 200,
    "owner": 256,
    "queue": 64,
    "sla": 64,
}
"""Characters."""
OTHERS = 256
"""Characters of any other text."""


def fit(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be said of a case: what is in no closed list is left out, and texts are cut."""
    known = {name: value for name, value in values.items() if name not in CHOICES or value in CHOICES[name]}
    return {name: cut(value, name) if isinstance(value, str) else value for name, value in known.items()}


def cut(text: str, name: str) -> str:
    """Return as much of a text as the column holds."""
    longest = LONGEST.get(name, OTHERS)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
