"""`POST` and `PUT /api/articles...`: written by agents, published by supervisors, used for cases."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import Agent, is_supervisor, same_origin
from shared.api.article_views import ArticleView, etag_of, find_article, view_of
from shared.api.articles import ArticleId, known_article
from shared.api.cases import CaseId, known_case
from shared.api.change import Change, NotTaken, Place, invalid, refusal_of
from shared.api.json_only import json_only
from shared.api.principal import Principal
from shared.api.problems import FORBIDDEN, NOT_FOUND, NOT_NOW, version_changed
from shared.knowledge.article import TABLE, Article
from shared.knowledge.content import fault_of
from shared.knowledge.life import REVIEWED, STEPS, steps_from
from shared.knowledge.messages import Content, DraftArticle, EditArticle, LinkArticle, MoveArticle
from shared.runtime.ids import derived, quoted
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Row

Asked = Annotated[Change, Depends()]
Word = Annotated[str, Field(min_length=1, max_length=100)]


class Text(BaseModel):
    """What an article says. `body` is Markdown, at most 30,000 characters; `language` is a tag such as en or de-AT."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Annotated[str, Field(max_length=200)]
    body: str
    language: Annotated[str, Field(max_length=35)]
    keywords: Annotated[list[Word], Field(max_length=50)] = []
    product: Annotated[str, Field(max_length=100)] = ""
    author: Annotated[str, Field(max_length=100)] = ""

    def content(self, by: str) -> Content:
        """Raises Problem (422)."""
        content = Content(self.title, self.body, self.language, tuple(self.keywords), self.product, self.author or by)
        if fault := fault_of(content):
            raise invalid(fault)
        return content


class NewText(Text):
    """`translation_of` names the article that this one says in another language."""

    translation_of: Annotated[str, Field(max_length=64)] = ""


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Use(BaseModel):
    """An article was used for the case; `solved`: and it was the solution."""

    model_config = ConfigDict(extra="forbid", strict=True)

    article: Annotated[str, Field(min_length=1, max_length=64)]
    solved: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The command is on its way; `location` shows what becomes of it."""

    command: str
    article: str
    location: str


router = APIRouter(
    tags=["articles"],
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={202: {"model": Accepted}, 200: {"model": ArticleView, "description": "Done, with Prefer: wait"}},
)


@router.post("/api/articles", status_code=202)
async def draft(agent: Agent, change: Asked, body: NewText) -> Response:
    """Draft an article, or the translation of one."""
    original = ""
    if body.translation_of:
        original = (await _original(change, body.translation_of)).original
    id_ = change.id(agent.id, "draft-article")
    made = derived("article", id_)
    return await _told(change, id_, DraftArticle(made, agent.id, body.content(agent.id), original), None)


@router.put("/api/articles/{article}", status_code=202)
async def edit(agent: Agent, change: Asked, article_id: ArticleId, body: Text) -> Response:
    """Give a draft another content, as a whole."""
    article = await known_article(change.services, article_id)
    command = EditArticle(article_id, agent.id, body.content(agent.id), change.if_version)
    return await _told(change, change.id(agent.id, "edit", article_id), command, article, "edit")


@router.post("/api/articles/{article}/{step}", status_code=202)
async def move(
    agent: Agent,
    change: Asked,
    article_id: ArticleId,
    step: Literal["submit", "send-back", "publish", "revise", "archive", "restore"],
    _body: Nothing,
) -> Response:
    """Take an article a step further. Agents submit and revise; the other steps are a supervisor's."""
    _check_reviewer(agent, step)
    article = await known_article(change.services, article_id)
    command = MoveArticle(article_id, agent.id, step, change.if_version)
    return await _told(change, change.id(agent.id, step, article_id), command, article, step)


@router.post("/api/cases/{case}/articles", status_code=202)
async def use(agent: Agent, change: Asked, case_id: CaseId, body: Use) -> Response:
    """Say that an article was used for a case, or solved it: each counts once per case."""
    await known_case(change.services, case_id)
    article = await find_article(change.services.store, body.article)
    if article is None:
        raise Problem(NOT_FOUND, "There is no article with this id.", [FieldError("article", "not_found")])
    # The record is the article's: by a key that is used again for another one, that one is used too.
    id_, location = change.id(agent.id, "use", case_id, article.id), f"/api/cases/{case_id}/articles"

    async def check() -> None:
        if not article.is_live:
            raise _not_published()

    command = LinkArticle(article.id, case_id, agent.id, body.solved)
    row = await change.apply(Place(TABLE, quoted(article.id)), id_, command, check)
    if row is not None and refusal_of(row):
        raise _not_published()
    if row is None or not change.is_patient:
        return change.accepted(location, {"command": id_, "article": article.id})
    return change.done(location, await view_of(change.services.store, await known_article(change.services, article.id)))


async def _told(change: Change, id_: str, message: Any, article: Article | None, step: str = "") -> Response:
    """Hand the command in, and answer with the article as it is after it."""

    async def check() -> None:
        if article is not None:
            change.check_version("article", etag_of(article))
            if (article.state, step) not in STEPS:
                raise _not_taken(article)

    location = f"/api/articles/{message.article}"
    row = await change.apply(Place(TABLE, quoted(message.article)), id_, message, check)
    if row is not None:
        await _check_outcome(change, row, message.article)
    if row is None or not change.is_patient:
        return change.accepted(location, {"command": id_, "article": message.article})
    after = await known_article(change.services, message.article)
    return change.done(location, await view_of(change.services.store, after), etag_of(after))


async def _check_outcome(change: Change, row: Row, article: str) -> None:
    refusal = refusal_of(row)
    if refusal is None:
        return
    if refusal.reason == "version_changed":
        raise version_changed("article")
    if refusal.reason == "transition_not_allowed":
        raise _not_taken(await known_article(change.services, article))
    raise invalid(refusal)


async def _original(change: Change, id_: str) -> Article:
    article = await find_article(change.services.store, id_)
    if article is None:
        raise Problem(NOT_FOUND, "There is no article to translate.", [FieldError("translation_of", "not_found")])
    return article


def _check_reviewer(principal: Principal, step: str) -> None:
    if step in REVIEWED and not is_supervisor(principal):
        raise Problem(FORBIDDEN, "This step needs the role supervisor.")


def _not_taken(article: Article) -> Problem:
    error = FieldError("state", "transition_not_allowed")
    return NotTaken(f"The article is {article.state}.", error, steps_from(article.state))


def _not_published() -> Problem:
    return Problem(NOT_NOW, "The article is not published.", [FieldError("article", "not_published")])
