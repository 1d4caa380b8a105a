"""The project's documents, and what can be checked in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"\s+#.*$")


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def links(self) -> Iterator[Path]:
        """Where its links to other files lead."""
        for target in LINK.findall(BLOCK.sub("", self.text)):
            if "://" not in target:
                yield (self.path.parent / target.partition("#")[0]).resolve()

    def names(self) -> list[str]:
        """What it sets in code type within its sentences."""
        return CODE.findall(BLOCK.sub("", self.text))

    def blocks(self, language: str) -> list[str]:
        return [body for name, body in BLOCK.findall(self.text) if name == language]

    def commands(self) -> Iterator[str]:
        """The commands it shows, in blocks and in sentences."""
        for block in self.blocks("sh"):
            yield from (COMMENT.sub("", line).strip() for line in block.splitlines())
        yield from self.names()


def documents() -> list[Document]:
    roots = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return [Document(path) for path in sorted(roots)]
