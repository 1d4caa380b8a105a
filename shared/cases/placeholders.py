"""Personal data is left out of what leaves the house: each piece has a placeholder, and gets it back in the answer."""

import re
from collections.abc import Iterable, Mapping

SHORTEST_NAME = 2
"""Letters of a part of a name that is looked for by itself."""
CUSTOMER = "[CUSTOMER]"

PLACEHOLDER = re.compile(r"\[[A-Z]+(?:-\d+)?\]")
LINK = re.compile(r"https?://\S+")
"""It may carry a key, or a name."""
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DATE = r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b"
_PHONE = r"\+?\d(?:[ ()/.\-]*\d){6,}"
"""Also an order number may look so: it is hidden too, and nothing is lost by that."""


class Placeholders:
    """Hides what is known of a person, and what looks like an address in any text."""

    def __init__(self, name: str = "", points: Iterable[str] = (), others: Mapping[str, str] | None = None) -> None:
        """`others` are further values with the words that stand for them, such as agents."""
        parts = [part for part in re.split(r"[\s,;]+", name) if len(part) >= SHORTEST_NAME]
        self._words = {value.casefold(): word for value, word in (others or {}).items() if value}
        self._words |= {point.casefold(): "CONTACT" for point in points if point}
        self._words |= {value.casefold(): "CUSTOMER" for value in (*parts, name) if value}
        self._given: dict[str, str] = {}
        self._kept = {CUSTOMER: name or "the customer"}
        known = "|".join(re.escape(value) for value in sorted(self._words, key=len, reverse=True))
        pieces = {
            "FAKE": PLACEHOLDER.pattern,
            "LINK": LINK.pattern,
            "EMAIL": EMAIL.pattern,
            "KNOWN": rf"(?<!\w)(?:{known})(?!\w)" if known else r"(?!)",
            "DATE": _DATE,
            "PHONE": _PHONE,
        }
        # One pass over the text: what stands in a placeholder must not be looked at again.
        self._pattern = re.compile("|".join(f"(?P<{name}>{piece})" for name, piece in pieces.items()), re.IGNORECASE)

    def hide(self, text: str) -> str:
        """Return the text with placeholders; what somebody wrote as one is none any more."""
        return self._pattern.sub(self._hidden, text)

    def show(self, text: str) -> str:
        """Return the text with what the placeholders stand for."""
        return PLACEHOLDER.sub(lambda match: self._kept.get(match[0], match[0]), text)

    def are_known(self, text: str) -> bool:
        """Whether every placeholder in the text is one of ours."""
        return all(match[0] in self._kept for match in PLACEHOLDER.finditer(text))

    def _hidden(self, match: re.Match[str]) -> str:
        value, found = match[0], match.lastgroup or ""
        if found in ("FAKE", "DATE"):
            return value.strip("[]")
        word = self._words.get(value.casefold(), "CONTACT") if found == "KNOWN" else found
        return CUSTOMER if word == "CUSTOMER" else self._place(word, value)

    def _place(self, word: str, value: str) -> str:
        if value not in self._given:
            number = sum(given.startswith(f"[{word}-") for given in self._given.values()) + 1
            self._given[value] = f"[{word}-{number}]"
            self._kept[f"[{word}-{number}]"] = value
        return self._given[value]
