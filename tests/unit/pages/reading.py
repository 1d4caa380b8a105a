"""Reading a page as a browser does, and complaining where a browser would only guess."""

from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = ("meta", "link", "img", "br", "input")


@dataclass(frozen=True, slots=True)
class Element:
    tag: str
    attributes: dict[str, str | None]


@dataclass(slots=True)
class Document:
    """The elements of a page in order, and the text inside each kind of element."""

    elements: list[Element] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def tags(self) -> list[str]:
        return [element.tag for element in self.elements]

    def attributes(self, name: str) -> list[str]:
        """Return every value that an attribute has on the page."""
        return [value for one in self.elements if (value := one.attributes.get(name)) is not None]

    def text(self) -> str:
        return " ".join(self.texts["main"])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.document.elements.append(Element(tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if data.strip():
            for tag in set(self.open):
                self.document.texts[tag].append(data.strip())


def read(html: str) -> Document:
    """Parse; every element must be closed, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [], f"never closed: {reader.open}"
    return reader.document
