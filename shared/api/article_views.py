"""A knowledge article as the API and the command line show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from shared.knowledge.article import HEAD, TABLE, Article, Edition, translations_of
from shared.knowledge.index import Hit
from shared.runtime.aggregate import read_head
from shared.runtime.codec import typed
from shared.runtime.ids import quoted
from shared.runtime.store import Row, Store

MOST_TRANSLATIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLine:
    """An article in a list. Times are UTC."""

    id: str
    title: str
    language: str
    original: str
    """The article that it translates, or itself."""
    keywords: tuple[str, ...]
    product: str
    author: str
    state: str
    """draft, in_review, published or archived: of the text that is worked on."""
    edition: int
    """How often it was published."""
    is_live: bool
    """Whether that edition can be found."""
    linked: int
    """Cases that it was used for."""
    solved: int
    """Cases that it solved."""
    created_at: datetime
    changed_at: datetime
    version: int

    @classmethod
    def of(cls, article: Article) -> Self:
        return cls(**_fields(article))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView(ArticleLine):
    """An article with its text, in Markdown, and where it stands in other languages."""

    body: str
    translations: tuple[ArticleLine, ...]


@dataclass(frozen=True, slots=True)
class EditionView:
    """What was published."""

    n: int
    at: datetime
    by: str
    title: str
    body: str
    language: str
    keywords: tuple[str, ...]
    product: str
    author: str

    @classmethod
    def of(cls, row: Row) -> Self:
        edition = typed(Edition, row.data["state"])
        said = edition.content
        return cls(
            edition.n,
            edition.at,
            edition.by,
            said.title,
            said.body,
            said.language,
            said.keywords,
            said.product,
            said.author,
        )


@dataclass(frozen=True, slots=True)
class Used:
    """An article that was used for a case."""

    article: str
    title: str
    language: str
    edition: int
    solved: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `matched` says whether each has all of the words, or, because none has, any of them."""

    items: Sequence[Hit]
    total: int
    matched: str
    next: str | None


def line_of(row: Row) -> ArticleLine:
    return ArticleLine.of(typed(Article, row.data["data"]))


async def find_article(store: Store, id_: str) -> Article | None:
    return await read_head(store, TABLE, quoted(id_), HEAD, Article)


async def view_of(store: Store, article: Article) -> ArticleView:
    page = await store.page("views", translations_of(article.original), limit=MOST_TRANSLATIONS)
    others = tuple(line_of(row) for row in page.rows)
    body = article.content.body
    return ArticleView(
        **_fields(article), body=body, translations=tuple(each for each in others if each.id != article.id)
    )


def etag_of(article: Article) -> str:
    """Return the entity tag of an article: its version, strong (RFC 9110, 8.8.3); links do not change it."""
    return f'"{article.version}"'


def _fields(article: Article) -> dict[str, Any]:
    said = article.content
    return {
        "id": article.id,
        "title": said.title,
        "language": said.language,
        "original": article.original,
        "keywords": said.keywords,
        "product": said.product,
        "author": said.author,
        "state": article.state,
        "edition": article.edition,
        "is_live": article.is_live,
        "linked": article.linked,
        "solved": article.solved,
        "created_at": article.created_at,
        "changed_at": article.changed_at,
        "version": article.version,
    }
