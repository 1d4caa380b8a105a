"""A knowledge article: what is worked on, and which edition of it can be found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.knowledge.messages import Content
from shared.runtime.codec import plain
from shared.runtime.decision import Put, Record, View
from shared.runtime.ids import joined

TABLE = "articles"
HEAD = "head"
LIST = "articles"
PUBLISHED = "published-articles"
"""Which edition of an article is live: short lines, read again whenever the register has another stamp."""
TEXTS = "published-texts"
"""The same articles with all they say: read as a whole by a process that has nothing yet."""
REGISTER = ("views", "published-register", "register")


@dataclass(frozen=True, slots=True)
class Article:
    """The head of an article's partition."""

    id: str
    content: Content
    original: str
    """The article that it translates, or itself."""
    created_at: datetime
    changed_at: datetime
    state: str = "draft"
    edition: int = 0
    """How often it was published."""
    is_live: bool = False
    """Whether that edition can be found."""
    linked: int = 0
    """Cases that it was used for."""
    solved: int = 0
    """Cases that it solved."""
    version: int = 1
    """Grows with its content and its life: what an editor must have seen."""
    changes: int = 1
    """Grows with every link too: read models apply only what is newer."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Row `edition:<n>`: what was published, and never changes."""

    n: int
    content: Content
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """Rows `linked:<case>` and `solved:<case>`: for which cases it has counted."""

    case: str
    by: str
    at: datetime


def edition_key(n: int) -> str:
    return f"edition:{n:06d}"


def translations_of(original: str) -> str:
    """Name the list of an article and its translations."""
    return joined("translations-of", original)


def list_of_case(case: str) -> str:
    """Name the list of articles that were used for a case."""
    return joined("articles-of", case)


def lines_of(article: Article) -> tuple[Record, ...]:
    """Where an article is listed, without its text."""
    line: dict[str, Any] = plain(article)
    line["content"] = {**line["content"], "body": ""}
    key = joined(article.id)
    return (
        View(LIST, key, article.changes, line),
        View(translations_of(article.original), key, article.changes, line),
    )


def published(article: Article, cause: str) -> tuple[Record, ...]:
    """Tell the search what can be found now; the register last, for whoever reads its stamp must find the rest."""
    key = joined(article.id)
    text: Mapping[str, Any] | None = None
    if article.is_live:
        text = {"id": article.id, "edition": article.edition, "content": plain(article.content)}
    return (
        View(TEXTS, key, article.changes, text),
        View(PUBLISHED, key, article.changes, {"id": article.id, "edition": article.edition} if text else None),
        Put(*REGISTER, {"stamp": cause}),
    )
