"""A process finds what was published elsewhere, seconds later, and reads no more for it than it must."""

from datetime import timedelta

from shared.knowledge.library import COMPARES, LOOKS, Library
from shared.knowledge.query import query_of
from shared.runtime.store import Upsert
from tests.unit.knowledge.building import Office, content


class Reader:
    """Another process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.library = Library(office.store, office.clock)

    async def finds(self, text: str, *, later: timedelta = LOOKS) -> list[str]:
        self._office.clock.at += later
        query = query_of(text)
        assert query is not None
        self._office.store.requests.clear()
        return [hit.article for hit in (await self.library.search(query, limit=10)).items]

    @property
    def requests(self) -> list[str]:
        return [each.partition(" ")[0] for each in self._office.store.requests]


async def shelf(*ids: str) -> tuple[Office, Reader]:
    office = Office()
    for id_ in ids:
        await office.brings(id_, content(f"About {id_}"))
    return office, Reader(office)


async def test_what_is_published_is_found() -> None:
    _, reader = await shelf("pumps", "valves")
    assert await reader.finds("about valves") == ["valves"]
    assert reader.requests == ["get", "page"]


async def test_without_any_article_nothing_is_found() -> None:
    _, reader = await shelf()
    assert await reader.finds("anything") == []


async def test_for_some_seconds_nothing_is_read() -> None:
    _, reader = await shelf("pumps")
    await reader.finds("pumps")
    await reader.finds("pumps", later=timedelta(seconds=1))
    assert reader.requests == []


async def test_where_nothing_changed_one_row_is_read() -> None:
    _, reader = await shelf("pumps")
    await reader.finds("pumps")
    await reader.finds("pumps")
    assert reader.requests == ["get"]


async def test_what_changed_is_taken_over_and_nothing_else_read() -> None:
    office, reader = await shelf("pumps", "valves", "motors")
    await reader.finds("pumps")
    await office.brings("valves", content("Zeppelins"))
    await office.brings("hoses", content("About hoses"))
    await office.moves("archive", id="motors")
    assert await reader.finds("zeppelins") == ["valves"]
    assert reader.requests == ["get", "page", "get", "get"]
    assert await reader.finds("hoses") == ["hoses"]
    assert await reader.finds("motors") == []


async def test_a_draft_is_not_found_and_its_last_edition_is() -> None:
    office, reader = await shelf("pumps")
    await office.moves("revise", id="pumps")
    await office.brings("pumps", content("Zeppelins"), publish=False)
    assert await reader.finds("zeppelins") == []
    assert await reader.finds("about pumps") == ["pumps"]


async def test_a_register_that_went_back_does_not_hide_a_publication_for_long() -> None:
    office, reader = await shelf("pumps")
    register = await office.rows.get("views", "published-register", "register")
    assert register is not None
    await reader.finds("pumps")
    await office.brings("valves", content("About valves"))
    await office.rows.write("views", "published-register", Upsert("register", register.data))
    assert await reader.finds("valves") == []
    assert await reader.finds("valves", later=COMPARES) == ["valves"]
