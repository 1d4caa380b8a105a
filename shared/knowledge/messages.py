"""What is said to a knowledge article. Each is applied once per envelope id."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Content:
    """What an article says."""

    title: str
    body: str
    """Markdown."""
    language: str
    """BCP 47, such as en or de-AT."""
    keywords: tuple[str, ...] = ()
    product: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class DraftArticle:
    """Begin an article, or the translation of one."""

    kind: ClassVar[str] = "draft_article"
    queue: ClassVar[str] = "case-commands"

    article: str
    by: str
    content: Content
    original: str = ""
    """The article that it translates; empty: it is an original itself."""


@dataclass(frozen=True, slots=True)
class EditArticle:
    """Give a draft another content."""

    kind: ClassVar[str] = "edit_article"
    queue: ClassVar[str] = "case-commands"

    article: str
    by: str
    content: Content
    if_version: int | None = None
    """The version that the sender saw; another one is refused. None: whatever it is."""


@dataclass(frozen=True, slots=True)
class MoveArticle:
    """Take an article a step further in its life, or back."""

    kind: ClassVar[str] = "move_article"
    queue: ClassVar[str] = "case-commands"

    article: str
    by: str
    step: str
    """submit, send-back, publish, revise, archive or restore."""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class ImportArticle:
    """Bring an article in as it stands in a file, whatever was there before; the same content changes nothing."""

    kind: ClassVar[str] = "import_article"
    queue: ClassVar[str] = "case-commands"

    article: str
    by: str
    content: Content
    publish: bool
    original: str = ""


@dataclass(frozen=True, slots=True)
class LinkArticle:
    """Say that an article was used for a case, or that it solved the case: each counts once per case."""

    kind: ClassVar[str] = "link_article"
    queue: ClassVar[str] = "case-commands"

    article: str
    case: str
    by: str
    solved: bool
