"""Finds the links in a message."""

import html
import re
from typing import NamedTuple

LINK = re.compile(r"https?://[^\s\"'<>]+")
# A sentence may end right behind a link.
TRAILING = ".,;:!?)"


class Piece(NamedTuple):
    """A stretch of text, and where it leads if it is a link."""

    text: str
    href: str = ""


def pieces(text: str) -> list[Piece]:
    """The text, cut at its links."""
    found: list[Piece] = []
    end = 0
    for match in LINK.finditer(text):
        href = match[0].rstrip(TRAILING)
        found += [Piece(text[end : match.start()]), Piece(href, href)]
        end = match.start() + len(href)
    return [piece for piece in [*found, Piece(text[end:])] if piece.text]


def links(*texts: str | None) -> list[str]:
    """Every link in the texts once, in order; HTML's entities are resolved."""
    found = [piece.href for text in texts for piece in pieces(html.unescape(text or "")) if piece.href]
    return list(dict.fromkeys(found))
