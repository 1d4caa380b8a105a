"""Finds messages: newest first, a page at a time."""

from collections.abc import Iterator, Mapping
from itertools import dropwhile, islice
from typing import NamedTuple, Self

from local.sink.message import Message

STATES = ("accepted", "delivered", "failed", "opened", "clicked")
LONGEST_QUERY = 200


class Search(NamedTuple):
    """What is looked for; what is empty does not matter. All words of `text` must be there, in any case and order."""

    text: str = ""
    channel: str = ""
    state: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read it from a URL's query."""
        return cls(query.get("q", "").strip()[:LONGEST_QUERY], query.get("channel", ""), query.get("state", ""))

    def query(self) -> dict[str, str]:
        """The URL's query that it is read from."""
        given = {"q": self.text, "channel": self.channel, "state": self.state}
        return {name: value for name, value in given.items() if value}

    def among(self, messages: dict[str, Message], *, before: str = "") -> Iterator[Message]:
        """What is found, last accepted first; with `before`, only what is older than that message."""
        newest_first: Iterator[Message] = reversed(messages.values())
        if before in messages:
            newest_first = islice(dropwhile(lambda each: each.id != before, newest_first), 1, None)
        words = self.text.casefold().split()
        return (each for each in newest_first if self._fits(each, words))

    def _fits(self, message: Message, words: list[str]) -> bool:
        if self.channel not in ("", message.channel) or self.state not in ("", message.state):
            return False
        if not words:
            return True
        searched = haystack(message)
        return all(word in searched for word in words)


def haystack(message: Message) -> str:
    """All that a person may remember of a message."""
    said = message.readable or message.html or ""
    return "\n".join([*message.to, message.sender, message.subject or "", said, message.tag, message.id]).casefold()
