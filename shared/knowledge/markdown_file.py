"""Articles from Markdown files with a YAML front matter: all files are checked before any command is made."""

import re
from collections.abc import Iterable

from shared.definitions.faults import Fault, Invalid
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.yaml_text import YamlText
from shared.knowledge.content import fault_of, is_id
from shared.knowledge.messages import Content, ImportArticle

REQUIRED = ("id", "title", "language")
OPTIONAL = ("keywords", "product", "author", "state", "translation_of")
STATES = ("published", "draft")
WORDS = {
    "required": "must be text",
    "too_long": "is too long",
    "too_many": "are too many",
    "no_language_tag": "is no language tag, such as en or de-AT",
}
_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?\n?(.*)", re.DOTALL | re.MULTILINE)


def read_articles(files: Iterable[tuple[str, bytes]], by: str) -> list[ImportArticle]:
    """Return a command for each file; raises Invalid with all faults of all files."""
    faults: list[Fault] = []
    found: dict[str, str] = {}
    articles = []
    for file, raw in files:
        reader = Reader(file)
        article = _article(raw, reader, by)
        if article is not None and article.article in found:
            reader.fault_at(1, f"`{article.article}` is in {found[article.article]} too")
        faults += reader.faults
        if article is not None:
            found[article.article] = file
            articles.append(article)
    if faults:
        raise Invalid(faults)
    return articles


def _article(raw: bytes, reader: Reader, by: str) -> ImportArticle | None:
    try:
        match = _MATTER.fullmatch(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _nothing(reader, 1, "is not UTF-8")
    if match is None:
        return _nothing(reader, 1, "does not begin with a front matter between two lines of ---")
    yaml = YamlText(reader.file, f"\n{match[1]}")  # the first line is the one of ---
    reader.faults += yaml.faults
    if len(yaml.documents) != 1:
        return _nothing(reader, 1, "has no front matter") if not yaml.faults else None
    return _command(yaml.documents[0], match[2].strip(), reader, by)


def _command(matter: Node, body: str, reader: Reader, by: str) -> ImportArticle | None:
    fields = reader.fields(matter, REQUIRED, OPTIONAL)
    content = Content(
        title=reader.text(fields.get("title")),
        body=body,
        language=reader.text(fields.get("language")),
        keywords=tuple(reader.text(item) for item in reader.items(fields.get("keywords"))),
        product=reader.text(fields.get("product")),
        author=reader.text(fields.get("author")),
    )
    names = {name: reader.text(fields.get(name)) for name in ("id", "translation_of")}
    state = reader.choice(fields.get("state"), STATES)
    for name, value in names.items():
        if value and not is_id(value):
            reader.fault(fields[name], "is no id: letters, digits and . _ - only, 64 at most")
    if not reader.faults and (fault := fault_of(content)):
        reader.fault(fields.get(fault.field, matter), f"{fault.field} {WORDS[fault.reason]}")
    if reader.faults:
        return None
    return ImportArticle(names["id"], by, content, state == "published", names["translation_of"])


def _nothing(reader: Reader, line: int, reason: str) -> ImportArticle | None:
    reader.fault_at(line, reason)
    return None
