"""Knowledge articles for operators: lists, one article, a search, and files brought in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from shared.api.article_views import ArticleView, EditionView, find_article, line_of, view_of
from shared.cli.output import progress
from shared.cli.rows import rows
from shared.cli.sending import commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.knowledge.article import LIST, TABLE
from shared.knowledge.index import Hits
from shared.knowledge.library import Library
from shared.knowledge.messages import ImportArticle
from shared.knowledge.query import query_of
from shared.runtime.codec import plain
from shared.runtime.errors import CarebusError
from shared.runtime.ids import quoted


class NoSuchArticle(CarebusError):
    """There is no such article."""


class NothingAsked(CarebusError):
    """There is no word to look for."""


async def listed(services: Services, state: str | None, language: str | None) -> list[dict[str, Any]]:
    """Return a line for each article, of one state or language if named."""
    found = [line_of(row) async for row in rows(services.store, "views", LIST)]
    return [plain(each) for each in found if state in (None, each.state) and language in (None, each.language)]


async def shown(services: Services, id_: str) -> tuple[ArticleView, list[EditionView]]:
    """Return an article and what was published of it; raises NoSuchArticle."""
    article = await find_article(services.store, id_)
    if article is None:
        raise NoSuchArticle(f"There is no article {id_}.")
    editions = [EditionView.of(row) async for row in rows(services.store, TABLE, quoted(id_), "edition:")]
    return await view_of(services.store, article), editions


async def searched(services: Services, words: str, language: str, product: str, limit: int) -> Hits:
    """Return what is published and fits; raises NothingAsked."""
    query = query_of(words)
    if query is None:
        raise NothingAsked
    library = Library(services.store, services.clock)
    return await library.search(query, language=language, product=product, limit=limit)


async def brought(services: Services, bodies: Sequence[ImportArticle], wait_seconds: float | None) -> list[str]:
    """Send, wait if asked to, and return a line for each article that was refused."""
    wanted = commands(bodies, services)
    with progress("Sending", len(wanted)) as advance:
        await send(services, wanted, advance)
    if wait_seconds is None:
        return []
    with progress("Applying", len(wanted)) as advance:
        refused = await until_applied(services, wanted, timedelta(seconds=wait_seconds), advance)
    names = {id(command): body.article for command, body in zip(wanted, bodies, strict=True)}
    return [f"{names[id(one.command)]}: refused, {one.reason}" for one in refused]
