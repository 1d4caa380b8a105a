"""What each command does to an article. Pure: state and message in, decision out."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.cases.messages import NoteArticle
from shared.knowledge.article import Article, Edition, Link, edition_key, lines_of, list_of_case, published
from shared.knowledge.content import fault_of, is_id
from shared.knowledge.life import MOVES, STEPS
from shared.knowledge.messages import Content, DraftArticle, EditArticle, ImportArticle, LinkArticle, MoveArticle
from shared.runtime.decision import Answer, Decision, Outgoing, Record, Refusal, View
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, joined, quoted


@dataclass(frozen=True, slots=True)
class Counted:
    """Whether the case of a link has counted before."""

    linked: bool
    solved: bool


def draft_article(message: Message[DraftArticle], _facts: object, now: datetime) -> Decision[Article]:
    body = message.body
    if fault := _fault(body.article, body.content):
        return Decision(refused=fault)
    drafted = Article(body.article, body.content, body.original or body.article, now, now)
    return _done(drafted, "draft", lines_of(drafted))


def drafted_before(
    _article: Article, _message: Message[DraftArticle], _facts: object, _now: datetime
) -> Decision[Article]:
    """Somebody else has an article of this id; whoever drafted it finds the row that this message left."""
    return Decision(refused=Refusal("exists", "article"))


def edit_article(article: Article, message: Message[EditArticle], _facts: object, now: datetime) -> Decision[Article]:
    if fault := fault_of(message.body.content):
        return Decision(refused=fault)
    return _step(article, message, "edit", now, content=message.body.content)


def move_article(article: Article, message: Message[MoveArticle], _facts: object, now: datetime) -> Decision[Article]:
    step = message.body.step
    return _step(article, message, step, now) if step in MOVES else Decision(refused=Refusal("unknown_step", "step"))


def import_article(
    article: Article, message: Message[ImportArticle], _facts: object, now: datetime
) -> Decision[Article]:
    body = message.body
    if fault := fault_of(body.content):
        return Decision(refused=fault)
    step = "import-published" if body.publish else "import-draft"
    original = body.original or body.article
    if original != article.original:
        return Decision(refused=Refusal("another_original", "original"))
    if body.content == article.content and STEPS[article.state, step] == article.state:
        return Decision(outcome="unchanged")
    return _step(article, message, step, now, content=body.content)


def import_first(message: Message[ImportArticle], _facts: object, now: datetime) -> Decision[Article]:
    body = message.body
    if fault := _fault(body.article, body.content):
        return Decision(refused=fault)
    drafted = Article(body.article, body.content, body.original or body.article, now, now, version=0, changes=0)
    return _step(drafted, message, "import-published" if body.publish else "import-draft", now)


def link_article(article: Article, message: Message[LinkArticle], before: Counted, now: datetime) -> Decision[Article]:
    """Count the case, unless it has counted already; the case's list of articles tells the stronger of the two."""
    body = message.body
    if not article.is_live:
        return Decision(refused=Refusal("not_published", "article"))
    counts = {"linked": not before.linked, "solved": body.solved and not before.solved}
    if not any(counts.values()):
        return Decision(outcome="unchanged")
    link = Link(body.case, body.by, now)
    counted = replace(
        article,
        linked=article.linked + counts["linked"],
        solved=article.solved + counts["solved"],
        changes=article.changes + 1,
    )
    solved = body.solved or before.solved
    line = {
        "article": article.id,
        "title": article.content.title,
        "language": article.content.language,
        "edition": article.edition,
        "solved": solved,
        "by": body.by,
        "at": now,
    }
    note = NoteArticle(body.case, article.id, article.content.title, body.solved, body.by)
    return Decision(
        state=counted,
        outcome="solved" if body.solved else "linked",
        rows={f"{name}:{quoted(body.case)}": link for name, is_new in counts.items() if is_new},
        messages=(Outgoing(derived("article", message.id), note),),
        records=(*lines_of(counted), View(list_of_case(body.case), joined(article.id), counted.changes, line)),
    )


def _step(article: Article, message: Message[Any], step: str, now: datetime, **fields: Any) -> Decision[Article]:
    """Take the step if the table has it; one that publishes leaves an edition, and one that archives takes it away."""
    body = message.body
    if getattr(body, "if_version", None) not in (None, article.version):
        return Decision(refused=Refusal("version_changed", "if_version"))
    state = STEPS.get((article.state, step))
    if state is None:
        return Decision(refused=Refusal("transition_not_allowed", "state"))
    moved = replace(
        article,
        state=state,
        changed_at=now,
        version=article.version + 1,
        changes=article.changes + 1,
        edition=article.edition + (state == "published"),
        is_live=state == "published" or (article.is_live and state != "archived"),
        **fields,
    )
    records: tuple[Record, ...] = lines_of(moved)
    if state == "published" or moved.is_live != article.is_live:
        records += published(moved, message.id)
    edition = Edition(moved.edition, moved.content, body.by, now)
    rows = {edition_key(moved.edition): edition} if state == "published" else {}
    return replace(_done(moved, state, records), rows=rows)


def _done(article: Article, outcome: str, records: tuple[Record, ...]) -> Decision[Article]:
    answer = Answer({"outcome": outcome, "article_id": article.id})
    return Decision(state=article, outcome=outcome, answer=answer, records=records)


def _fault(id_: str, content: Content) -> Refusal | None:
    return fault_of(content) if is_id(id_) else Refusal("no_id", "article")
