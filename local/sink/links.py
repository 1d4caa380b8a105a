"""Finds the links in a message."""

import re
from html.parser import HTMLParser
from typing import NamedTuple

LINK = re.compile(r"https?://[^\s\"'<>]+")
TICKET = re.compile(r"https?://[^/]+/t/[^/?#]+")
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


def links(text: str, html: str = "") -> list[str]:
    """Every link of a message once, in order."""
    anchors = Anchors()
    anchors.feed(html)
    return list(dict.fromkeys([*(piece.href for piece in pieces(text) if piece.href), *anchors.found]))


class Anchors(HTMLParser):
    """Collects what a reader of HTML can click; an image's address is no link."""

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep where an anchor leads, if that is on the web."""
        target = (dict(attrs).get("href") or "").strip()
        if tag == "a" and LINK.fullmatch(target):
            self.found.append(target)


def ticket(found: list[str]) -> str:
    """The first that leads to a customer's ticket page, `/t/{token}`; empty if none does."""
    return next((link for link in found if TICKET.fullmatch(link)), "")
