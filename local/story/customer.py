"""The customer: what arrives at their phone and in their mailbox, and the page behind the link."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import aiohttp

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a reader sees it."""

    status: int
    language: str
    words: tuple[str, ...]
    """The page's texts in their order; the heading comes first, then the status."""

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Customers:
    """All of them: the channel sink keeps what any of them received."""

    session: aiohttp.ClientSession
    sink: str

    async def received(self, channel: str = "", address: str = "") -> list[dict[str, Any]]:
        """Return messages, the oldest first; all channels or addresses where none is given."""
        async with self.session.get(f"{self.sink}/inbox.json") as response:
            messages = (await response.json())["messages"]
        return [
            message
            for message in reversed(messages)
            if channel in ("", message["channel"]) and address in ("", message["to"])
        ]

    async def follow(self, text: str) -> Page:
        """Open the first link of a message."""
        found = LINK.search(text)
        if found is None:
            return Page(0, "", ())
        async with self.session.get(found[0]) as response:
            reader = _Reader()
            reader.feed(await response.text())
        return Page(response.status, reader.language, tuple(reader.words))


class _Reader(HTMLParser):
    """Keeps what a reader sees of a page, and the language it says it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.words: list[str] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        if tag == "html":
            self.language = dict(attrs).get("lang") or ""

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and self._tag not in ("style", "title"):
            self.words.append(text)
