"""What is said to knowledge articles."""

from typing import Any

from shared.knowledge import article as articles
from shared.knowledge import decide as article_decisions
from shared.knowledge import messages as article_messages
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key, no_facts, not_found
from shared.runtime.ids import quoted
from shared.runtime.store import Store


def handlers() -> tuple[AnyHandler, ...]:
    messages, decide = article_messages, article_decisions

    def key(message: Message[Any]) -> Key:
        return Key(articles.TABLE, quoted(message.body.article), articles.HEAD, f"change:{message.id}")

    async def counted(
        store: Store, message: Message[article_messages.LinkArticle], _head: object
    ) -> article_decisions.Counted:
        place, case = quoted(message.body.article), quoted(message.body.case)
        linked, solved = [await store.get(articles.TABLE, place, f"{name}:{case}") for name in ("linked", "solved")]
        return article_decisions.Counted(linked is not None, solved is not None)

    def change(body: type[Any], decided: Any, create: Any = not_found, gather: Any = no_facts) -> AnyHandler:
        return Handler(body, articles.Article, key, decided, create, gather)

    return (
        change(messages.DraftArticle, decide.drafted_before, decide.draft_article),
        change(messages.EditArticle, decide.edit_article),
        change(messages.MoveArticle, decide.move_article),
        change(messages.ImportArticle, decide.import_article, decide.import_first),
        change(messages.LinkArticle, decide.link_article, gather=counted),
    )
