"""The life of an article, row by row; editions that never change; cases that count once."""

from itertools import product
from typing import Any

import pytest

from shared.knowledge import decide
from shared.knowledge.content import LONGEST_BODY, MOST_KEYWORDS
from shared.knowledge.life import MOVES, REVIEWED, STATES, STEPS, steps_from
from shared.knowledge.messages import Content, DraftArticle, EditArticle, ImportArticle, MoveArticle
from shared.runtime.decision import Refusal
from tests.unit.knowledge.building import CONTENT, NOON, Office, article, content, message


@pytest.mark.parametrize(("state", "step"), list(product(STATES, MOVES)))
def test_a_step_is_taken_where_the_table_has_the_row(state: str, step: str) -> None:
    decision = decide.move_article(article(state), message(MoveArticle("A-1", "kim", step)), None, NOON)
    if (state, step) in STEPS:
        assert decision.state is not None
        assert (decision.state.state, decision.state.version) == (STEPS[state, step], 2)
    else:
        assert decision.refused == Refusal("transition_not_allowed", "state")


@pytest.mark.parametrize("state", STATES)
def test_only_a_draft_is_edited(state: str) -> None:
    wanted = EditArticle("A-1", "kim", content("Another"))
    decision = decide.edit_article(article(state), message(wanted), None, NOON)
    assert (decision.refused is None) == (state == "draft")


@pytest.mark.parametrize(("state", "publish"), list(product(STATES, (True, False))))
def test_a_file_decides_whatever_was_there(state: str, publish: bool) -> None:
    wanted = ImportArticle("A-1", "kim", content("Another"), publish)
    decision = decide.import_article(article(state), message(wanted), None, NOON)
    assert decision.state is not None
    assert decision.state.state == ("published" if publish else "draft")
    assert decision.state.content.title == "Another"


def test_the_table_knows_no_other_states_or_steps() -> None:
    assert {state for state, _ in STEPS} | set(STEPS.values()) == set(STATES)
    assert {step for _, step in STEPS} == {*MOVES, "edit", "import-draft", "import-published"}
    assert set(MOVES) >= REVIEWED
    assert steps_from("in_review") == ("archive", "publish", "send-back")


@pytest.mark.parametrize("step", ["edit", "import-published", "delete", ""])
def test_what_is_no_step_of_its_own_is_refused(step: str) -> None:
    decision = decide.move_article(article(), message(MoveArticle("A-1", "kim", step)), None, NOON)
    assert decision.refused == Refusal("unknown_step", "step")


def test_another_version_than_the_editor_saw_is_refused() -> None:
    edit = EditArticle("A-1", "kim", CONTENT, if_version=2)
    move = MoveArticle("A-1", "kim", "submit", if_version=2)
    for decision in (
        decide.edit_article(article(version=3), message(edit), None, NOON),
        decide.move_article(article(version=3), message(move), None, NOON),
    ):
        assert decision.refused == Refusal("version_changed", "if_version")


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"title": "  "}, "title", "required"),
        ({"title": "x" * 201}, "title", "too_long"),
        ({"body": "x" * (LONGEST_BODY + 1)}, "body", "too_long"),
        ({"language": "english please"}, "language", "no_language_tag"),
        ({"language": "%"}, "language", "no_language_tag"),
        ({"keywords": ("x",) * (MOST_KEYWORDS + 1)}, "keywords", "too_many"),
        ({"keywords": ("",)}, "keywords", "too_long"),
        ({"product": "x" * 101}, "product", "too_long"),
        ({"author": "x" * 101}, "author", "too_long"),
    ],
)
def test_what_an_article_may_not_say_is_refused_by_its_field(fields: dict[str, Any], field: str, reason: str) -> None:
    wrong = content(**fields)
    refusal = Refusal(reason, field)
    assert decide.draft_article(message(DraftArticle("A-1", "kim", wrong)), None, NOON).refused == refusal
    assert decide.edit_article(article(), message(EditArticle("A-1", "kim", wrong)), None, NOON).refused == refusal
    brought = message(ImportArticle("A-1", "kim", wrong, True))
    assert decide.import_first(brought, None, NOON).refused == refusal
    assert decide.import_article(article(), brought, None, NOON).refused == refusal


@pytest.mark.parametrize("id_", ["", "search", "a/b", "-a", "x" * 65, "ä"])
def test_an_id_can_stand_in_an_address(id_: str) -> None:
    decision = decide.draft_article(message(DraftArticle(id_, "kim", CONTENT)), None, NOON)
    assert decision.refused == Refusal("no_id", "article")


async def test_each_publication_leaves_an_edition_that_never_changes() -> None:
    office = Office()
    await office.says(DraftArticle("A-1", "kim", CONTENT))
    await office.moves("submit", "publish", "revise")
    await office.says(EditArticle("A-1", "kim", content("Reset it twice")))
    assert ((await office.held()).state, (await office.held()).is_live) == ("draft", True)
    await office.moves("submit", "publish")
    held = await office.held()
    assert (held.state, held.edition, held.is_live) == ("published", 2, True)
    assert (await office.edition(1)).content == CONTENT
    assert (await office.edition(2)).content.title == "Reset it twice"


async def test_what_is_archived_can_be_restored_and_published_again() -> None:
    office = Office()
    await office.brings()
    await office.moves("archive")
    assert not (await office.held()).is_live
    await office.moves("restore", "submit", "publish")
    assert ((await office.held()).edition, (await office.held()).is_live) == (2, True)


async def test_a_file_that_comes_again_changes_nothing() -> None:
    office = Office()
    await office.brings()
    before = await office.held()
    await office.brings()
    assert await office.held() == before
    await office.brings(text=content(body="Twenty seconds."))
    assert (await office.held()).edition == 2


async def test_a_file_does_not_make_a_translation_of_an_original() -> None:
    office = Office()
    await office.brings()
    await office.says(ImportArticle("A-1", "kim", CONTENT, publish=True, original="A-0"), "m9")
    row = await office.rows.get("articles", "A-1", "change:m9")
    assert row is not None
    assert row.data["detail"] == {"reason": "another_original", "field": "original"}


async def test_an_article_is_drafted_once() -> None:
    office = Office()
    for who in ("m1", "m1", "m2"):
        await office.says(DraftArticle("A-1", who, CONTENT), who)
    row = await office.rows.get("articles", "A-1", "change:m2")
    assert row is not None
    assert (row.data["outcome"], row.data["detail"]["reason"]) == ("refused", "exists")


async def test_translations_are_listed_with_their_original() -> None:
    office = Office()
    await office.brings()
    await office.says(DraftArticle("A-2", "kim", Content("Sensor", "Text", "de"), original="A-1"))
    page = await office.rows.page("views", "translations-of~A-1")
    assert [row.data["data"]["content"]["language"] for row in page.rows] == ["en", "de"]


async def test_lists_hold_no_text() -> None:
    office = Office()
    await office.brings()
    (row,) = (await office.rows.page("views", "articles")).rows
    assert row.data["data"]["content"]["body"] == ""


async def test_a_case_counts_once_as_linked_and_once_as_solved() -> None:
    office = Office()
    await office.brings()
    for solved in (False, False, True, True, False):
        await office.links("K-1", solved=solved)
    await office.links("K-2", solved=True, message="same")
    await office.links("K-2", solved=True, message="same")
    held = await office.held()
    assert (held.linked, held.solved, held.version) == (2, 2, 1)
    (line,) = (await office.rows.page("views", "articles-of~K-1")).rows
    assert (line.data["data"]["article"], line.data["data"]["solved"]) == ("A-1", True)


async def test_two_links_of_one_case_at_once_count_once() -> None:
    office = Office()
    await office.brings()

    async def another() -> None:
        await office.links(solved=True)

    office.store.meanwhile = [another]
    await office.links()
    held = await office.held()
    assert (held.linked, held.solved) == (1, 1)
    (line,) = (await office.rows.page("views", "articles-of~K-1")).rows
    assert line.data["data"]["solved"] is True


async def test_only_what_is_published_is_linked_and_may_be_once_it_is() -> None:
    office = Office()
    await office.brings(publish=False)
    await office.links()
    await office.moves("submit", "publish")
    assert (await office.held()).linked == 0
    await office.links()
    assert (await office.held()).linked == 1
