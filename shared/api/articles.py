"""`/api/articles`: what is known, searched and read; and which of it was used for a case."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from shared.api.access import AgentOrOperator
from shared.api.article_views import (
    ArticleLine,
    ArticleView,
    EditionView,
    Found,
    Used,
    etag_of,
    find_article,
    line_of,
    view_of,
)
from shared.api.cases import CaseId, known_case
from shared.api.listing import Listing, Paged, Source
from shared.api.problems import INVALID, NOT_FOUND
from shared.api.services import Provided, Services
from shared.knowledge.article import LIST, TABLE, Article, list_of_case
from shared.knowledge.index import Hits
from shared.knowledge.query import LONGEST_QUERY, query_of
from shared.runtime.codec import typed
from shared.runtime.ids import quoted
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Row

ArticleId = Annotated[str, Path(alias="article", max_length=64)]
Language = Annotated[str, Query(max_length=35, pattern="^[A-Za-z0-9-]*$")]
Product = Annotated[str, Query(max_length=100)]

router = APIRouter(tags=["articles"])


@router.get("/api/articles")
async def list_articles(
    _reader: AgentOrOperator,
    services: Provided,
    pager: Paged,
    state: Literal["draft", "in_review", "published", "archived"] | None = None,
    language: Language = "",
    product: Product = "",
) -> Listing[ArticleLine]:
    """List articles of all states, without their text."""

    def line(row: Row) -> ArticleLine | None:
        article = line_of(row)
        wanted = (state in (None, article.state), language in ("", article.language), product in ("", article.product))
        return article if all(wanted) else None

    return await pager.read(services.store, Source("views", LIST), line)


@router.get("/api/articles/search")
async def search_articles(
    _reader: AgentOrOperator,
    services: Provided,
    pager: Paged,
    q: Annotated[str, Query(max_length=LONGEST_QUERY)],
    language: Language = "",
    product: Product = "",
) -> Found:
    """Search what is published: words, or phrases in double quotes; the best first.

    A language includes its regions. What was published is found some seconds later.
    """
    query = query_of(q)
    if query is None:
        raise Problem(INVALID, "There is no word to look for.", [FieldError("q", "no_word")])
    hits = await services.library.search(
        query, language=language, product=product, limit=pager.limit, offset=pager.offset
    )
    following = pager.following(len(hits.items), hits.total)
    return Found(hits.items, hits.total, hits.matched, following)


@router.get("/api/articles/{article}")
async def show_article(
    _reader: AgentOrOperator, services: Provided, article_id: ArticleId, response: Response
) -> ArticleView:
    """Show an article as it is worked on. The ETag is what If-Match takes."""
    article = await known_article(services, article_id)
    response.headers["ETag"] = etag_of(article)
    return await view_of(services.store, article)


@router.get("/api/articles/{article}/editions")
async def list_editions(
    _reader: AgentOrOperator, services: Provided, pager: Paged, article_id: ArticleId
) -> Listing[EditionView]:
    """List what was published of an article, oldest first."""
    await known_article(services, article_id)
    return await pager.read(services.store, Source(TABLE, quoted(article_id), "edition:"), EditionView.of)


@router.get("/api/cases/{case}/articles")
async def list_used(_reader: AgentOrOperator, services: Provided, pager: Paged, case_id: CaseId) -> Listing[Used]:
    """List the articles that were used for a case, and whether they solved it."""
    return await pager.read(
        services.store, Source("views", list_of_case(case_id)), lambda row: typed(Used, row.data["data"])
    )


@router.get("/api/cases/{case}/articles/suggested")
async def suggest_articles(
    _reader: AgentOrOperator, services: Provided, case_id: CaseId, limit: Annotated[int, Query(ge=1, le=20)] = 5
) -> Found:
    """Search what is published by the title and the subject of a case; the best first."""
    case = await known_case(services, case_id)
    query = query_of(f"{case.title} {case.subject}".replace('"', " "))
    hits = await services.library.search(query, limit=limit) if query else Hits(0, "any", ())
    return Found(hits.items, hits.total, hits.matched, None)


async def known_article(services: Services, id_: str) -> Article:
    """Return the article; raises Problem (404)."""
    article = await find_article(services.store, id_)
    if article is None:
        raise Problem(NOT_FOUND, "There is no article with this id.")
    return article
