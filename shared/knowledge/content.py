"""What an article may say, and its words without the marks."""

import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shared.knowledge.messages import Content
from shared.runtime.decision import Refusal

LONGEST_TITLE = 200
LONGEST_BODY = 30_000
"""Characters: in a message, each may take six bytes."""
MOST_KEYWORDS = 50
LONGEST_WORD = 100
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RESERVED = frozenset({"search"})
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def fault_of(content: Content) -> Refusal | None:
    """Return what is wrong first, by its field; None where all is well."""
    return next(_faults(content), None)


def _faults(content: Content) -> Iterator[Refusal]:
    checks = {
        "title": (bool(content.title.strip()), "required"),
        "title.length": (len(content.title) <= LONGEST_TITLE, "too_long"),
        "body": (len(content.body) <= LONGEST_BODY, "too_long"),
        "language": (bool(LANGUAGE.fullmatch(content.language)), "no_language_tag"),
        "keywords": (len(content.keywords) <= MOST_KEYWORDS, "too_many"),
        "keywords.length": (all(0 < len(word) <= LONGEST_WORD for word in content.keywords), "too_long"),
        "product": (len(content.product) <= LONGEST_WORD, "too_long"),
        "author": (len(content.author) <= LONGEST_WORD, "too_long"),
    }
    for name, (is_right, reason) in checks.items():
        if not is_right:
            yield Refusal(reason, name.partition(".")[0])


def is_id(text: str) -> bool:
    """Whether an article may be called so."""
    return bool(ID.fullmatch(text)) and text not in RESERVED


def words_of(body: str) -> str:
    """Return the text of Markdown, block by block, without marks and without what would steer a terminal."""
    lines = (_text(token) for token in _reader().parse(body))
    return _CONTROLS.sub(" ", "\n".join(line for line in lines if line))


def _text(token: Token) -> str:
    if token.type in ("fence", "code_block"):
        return token.content.strip()
    return "".join(_piece(child) for child in token.children or ())


def _piece(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline", "image") else ""


@cache
def _reader() -> MarkdownIt:
    """HTML in an article is text as any other."""
    return MarkdownIt("commonmark", {"html": False})
