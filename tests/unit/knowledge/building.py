"""Articles, and an office that handles what is said to them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from shared.knowledge.article import HEAD, TABLE, Article, Edition, edition_key
from shared.knowledge.messages import Content, ImportArticle, LinkArticle, MoveArticle
from shared.runtime import codec
from shared.runtime.envelope import Body, Message
from tests.unit.bodies import all_handlers
from tests.unit.runtime.world import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTENT = Content("Reset the sensor", "Hold the button for ten seconds.", "en", ("pressure",), "pump", "kim")
KINDS = ("draft_article", "edit_article", "move_article", "import_article", "link_article")


def content(title: str = CONTENT.title, **fields: Any) -> Content:
    return replace(CONTENT, title=title, **fields)


def article(state: str = "draft", **fields: Any) -> Article:
    held = Article("A-1", CONTENT, "A-1", NOON, NOON, state)
    return replace(held, **fields)


def message[B](body: B, id: str = "m1") -> Message[B]:  # noqa: A002
    return Message(id, NOON, body)


class Office(World):
    """Handles what is said to articles."""

    def __init__(self) -> None:
        super().__init__(*(handler for kind, handler in all_handlers().items() if kind in KINDS))
        self.clock.at = NOON
        self._said = 0

    async def says(self, body: Body, id: str = "") -> None:  # noqa: A002
        self._said += 1
        await self.handle(body, id=id or f"said-{self._said}", time=self.clock.now())

    async def brings(self, id: str = "A-1", text: Content = CONTENT, *, publish: bool = True) -> None:  # noqa: A002
        await self.says(ImportArticle(id, "kim", text, publish))

    async def moves(self, *steps: str, id: str = "A-1") -> None:  # noqa: A002
        for step in steps:
            await self.says(MoveArticle(id, "kim", step))

    async def links(self, case: str = "K-1", *, solved: bool = False, message: str = "") -> None:
        await self.says(LinkArticle("A-1", case, "kim", solved), message)

    async def held(self, id: str = "A-1") -> Article:  # noqa: A002
        return codec.typed(Article, (await self._row(id, HEAD))["state"])

    async def edition(self, n: int) -> Edition:
        return codec.typed(Edition, (await self._row("A-1", edition_key(n)))["state"])

    async def _row(self, id_: str, key: str) -> Mapping[str, Any]:
        row = await self.rows.get(TABLE, id_, key)
        assert row is not None
        return row.data
