"""A full-text index in memory: SQLite's FTS5, which ranks by BM25. What it holds is what it was given."""

import sqlite3
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

from shared.knowledge.content import words_of
from shared.knowledge.messages import Content
from shared.knowledge.query import Query

TITLE, KEYWORDS, BODY = 8.0, 5.0, 1.0
"""How much more a word weighs in a title, or among the keywords, than in the text."""
SNIPPET = 24
"""Words."""
_BEGIN, _END = "\x02", "\x03"
"""Around a word that was found; no text has them."""

_TABLES = """
CREATE TABLE article (
    n INTEGER PRIMARY KEY, id TEXT UNIQUE, edition INTEGER, language TEXT, product TEXT, title TEXT
);
CREATE VIRTUAL TABLE text USING fts5 (
    title, keywords, body, tokenize = 'porter unicode61 remove_diacritics 2', prefix = '3 4'
);
"""
_FOUND = """
FROM text JOIN article ON article.n = text.rowid
WHERE text MATCH :match
  AND (:language = '' OR article.language LIKE :language OR article.language LIKE :language || '-%')
  AND (:product = '' OR article.product = :product)
"""
_RANKED = f"""
SELECT article.id, article.edition, article.language, article.product, article.title,
       bm25(text, {TITLE}, {KEYWORDS}, {BODY}) AS score,
       snippet(text, 2, char(2), char(3), '…', {SNIPPET})
{_FOUND} ORDER BY score, article.id LIMIT :limit OFFSET :offset
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a snippet; `found`: it is what was looked for."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found; the higher its score, the better it fits."""

    article: str
    edition: int
    language: str
    product: str
    title: str
    score: float
    snippet: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """`matched` says whether each has all of the words, or, because none has, any of them."""

    total: int
    matched: str
    items: tuple[Hit, ...]


class Index:
    """Articles by id, each in one edition."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.executescript(_TABLES)
        weakref.finalize(self, self._db.close)

    def editions(self) -> Mapping[str, int]:
        """Which edition of which article it holds."""
        return dict(self._db.execute("SELECT id, edition FROM article"))

    def put(self, id_: str, edition: int, content: Content) -> None:
        """Take an article in, in place of what was there."""
        self.remove(id_)
        line = (id_, edition, content.language, content.product, content.title)
        n = self._db.execute(
            "INSERT INTO article (id, edition, language, product, title) VALUES (?, ?, ?, ?, ?)", line
        ).lastrowid
        words = (n, content.title, "\n".join(content.keywords), words_of(content.body))
        self._db.execute("INSERT INTO text (rowid, title, keywords, body) VALUES (?, ?, ?, ?)", words)

    def remove(self, id_: str) -> None:
        for (n,) in self._db.execute("SELECT n FROM article WHERE id = ?", (id_,)).fetchall():
            self._db.execute("DELETE FROM text WHERE rowid = ?", (n,))
            self._db.execute("DELETE FROM article WHERE n = ?", (n,))

    def search(self, query: Query, *, language: str = "", product: str = "", limit: int = 10, offset: int = 0) -> Hits:
        """Return what has all of the words, or where nothing has, what has any; the best first."""
        asked = {"language": language, "product": product, "limit": limit, "offset": offset}
        for matched, match in (("all", query.all()), ("any", query.any())):
            given = {**asked, "match": match}
            total = int(self._db.execute(f"SELECT count(*) {_FOUND}", given).fetchone()[0])
            if total:
                return Hits(total, matched, tuple(_hit(row) for row in self._db.execute(_RANKED, given)))
        return Hits(0, "any", ())


def _hit(row: tuple[str, int, str, str, str, float, str]) -> Hit:
    id_, edition, language, product, title, score, snippet = row
    return Hit(id_, edition, language, product, title, float(f"{-score:.6g}"), _parts(snippet))


def _parts(snippet: str) -> tuple[Part, ...]:
    parts = []
    for piece in snippet.split(_BEGIN):
        found, end, rest = piece.rpartition(_END)
        parts += [Part(found, found=True)] if end else []
        parts += [Part(rest, found=False)] if rest else []
    return tuple(parts)
