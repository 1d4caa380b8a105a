"""What somebody types into a search box, as an expression of SQLite's FTS5: nothing of it can be an operator."""

import re
from dataclasses import dataclass

MOST_TERMS = 16
LONGEST_QUERY = 300
PREFIX_FROM = 3
"""Letters from which on a word also finds longer ones that begin with it."""

_TERM = re.compile(r'"([^"]*)"|(\w+)')
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Query:
    """Terms in the language of FTS5, each a string in quotes that holds letters and digits only."""

    terms: tuple[str, ...]

    def all(self) -> str:
        return " AND ".join(self.terms)

    def any(self) -> str:
        return " OR ".join(self.terms)


def query_of(text: str) -> Query | None:
    """Read words, and phrases in double quotes; None where there is no word to look for."""
    terms = [_term(match) for match in _TERM.finditer(text[:LONGEST_QUERY])]
    found = tuple(dict.fromkeys(term for term in terms if term))[:MOST_TERMS]
    return Query(found) if found else None


def _term(match: re.Match[str]) -> str:
    phrase, word = match.groups()
    words = [each for each in _WORD.findall(phrase if word is None else word) if any(map(str.isalnum, each))]
    if not words:
        return ""
    return f'"{" ".join(words)}"' + ("*" if phrase is None and len(words[0]) >= PREFIX_FROM else "")
