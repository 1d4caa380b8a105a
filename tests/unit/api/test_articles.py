"""`/api/articles`: written, reviewed, published, found, and used for cases."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.cases.messages import CancelCase
from shared.knowledge.content import LONGEST_BODY
from tests.unit.api.client import Api, principal, problem
from tests.unit.pages.world import CASE

HERE = "/api/articles"
TEXT = {
    "title": "Reset the sensor",
    "body": "Hold the *button* for ten seconds.",
    "language": "en",
    "keywords": ["pressure"],
    "product": "pump",
}


class Newsroom(Api):
    """The API as people who write articles call it."""

    async def change(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in {"Prefer": "wait=10", **headers}.items()}
        return await self.client.request(
            method, path, json={} if body is None else body, headers={**self.headers, **named}
        )

    async def writes(self, **fields: Any) -> str:
        response = await self.change("POST", HERE, {**TEXT, **fields})
        assert response.status_code == 200, response.text
        return str(response.json()["id"])

    async def moves(self, id_: str, *steps: str) -> dict[str, Any]:
        for step in steps:
            response = await self.change("POST", f"{HERE}/{id_}/{step}")
            assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def publishes(self, **fields: Any) -> str:
        id_ = await self.writes(**fields)
        await self.moves(id_, "submit", "publish")
        return id_

    async def finds(self, query: str) -> dict[str, Any]:
        self.world.clock.at += timedelta(seconds=10)
        response = await self.get(f"{HERE}/search?{query}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get(path)).json()["items"]
        return found


def newsroom() -> Newsroom:
    it = Newsroom()
    it.headers = principal("supervisor")
    return it


async def test_an_article_is_written_reviewed_and_published() -> None:
    it = newsroom()
    id_ = await it.writes()
    shown = await it.get(f"{HERE}/{id_}")
    assert (shown.json()["state"], shown.json()["author"], shown.headers["etag"]) == ("draft", "11111111-2222", '"1"')
    published = await it.moves(id_, "submit", "publish")
    assert (published["state"], published["edition"], published["is_live"]) == ("published", 1, True)
    (edition,) = await it.items(f"{HERE}/{id_}/editions")
    assert (edition["n"], edition["title"], edition["body"]) == (1, TEXT["title"], TEXT["body"])


async def test_it_is_found_by_its_words_with_a_snippet() -> None:
    it = newsroom()
    id_ = await it.publishes()
    await it.publishes(title="Invoices", body="On the first of a month.", product="")
    found = await it.finds("q=resetting sensors button")
    assert (found["total"], found["matched"], found["next"]) == (1, "all", None)
    (hit,) = found["items"]
    assert (hit["article"], hit["language"], hit["product"]) == (id_, "en", "pump")
    assert hit["score"] > 0
    assert [part["text"] for part in hit["snippet"] if part["found"]] == ["button"]


async def test_a_draft_is_not_found_and_an_archived_one_no_more() -> None:
    it = newsroom()
    await it.writes()
    assert (await it.finds("q=sensor"))["items"] == []
    id_ = await it.publishes()
    assert (await it.finds("q=sensor"))["total"] == 1
    await it.moves(id_, "archive")
    assert (await it.finds("q=sensor"))["total"] == 0


async def test_a_search_is_narrowed_and_goes_on_page_by_page() -> None:
    it = newsroom()
    ids = {await it.publishes(title=f"Sensor {n}", language="de" if n % 2 else "en-GB") for n in range(5)}
    assert (await it.finds("q=sensor&language=de"))["total"] == 2
    assert (await it.finds("q=sensor&language=en"))["total"] == 3
    assert (await it.finds("q=sensor&product=valve"))["total"] == 0
    page, seen = await it.finds("q=sensor&limit=2"), []
    while True:
        seen += [hit["article"] for hit in page["items"]]
        if page["next"] is None:
            break
        page = (await it.get(page["next"])).json()
    assert len(seen) == 5
    assert set(seen) == ids


@pytest.mark.parametrize("query", ["q=", "q=***", "q=%22%22", "", "q=" + "x" * 400, "q=a&language=%25"])
async def test_a_search_for_nothing_is_told(query: str) -> None:
    problem(await newsroom().get(f"{HERE}/search?{query}"), 422)


@pytest.mark.parametrize("query", ["q=a%00b", "q=%27%20OR%201=1", "q=NEAR(a)", "q=title:x*", "q=🙂 x", "q=x&after=zzz"])
async def test_an_odd_search_is_answered(query: str) -> None:
    assert (await newsroom().finds(query))["items"] == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"body": "x" * (LONGEST_BODY + 1)}, "body"),
        ({"language": "English"}, "language"),
        ({"keywords": [""]}, "keywords.0"),
        ({"surprise": 1}, "surprise"),
        ({"body": None}, "body"),
    ],
)
async def test_what_an_article_may_not_say_names_the_field(fields: dict[str, Any], field: str) -> None:
    it = newsroom()
    told = problem(await it.change("POST", HERE, {**TEXT, **fields}), 422)
    assert [error["field"] for error in told["errors"]] == [field]
    assert it.sent() == 0


async def test_the_longest_article_fits_whatever_its_letters() -> None:
    it = newsroom()
    id_ = await it.writes(body="漢" * LONGEST_BODY)
    assert len((await it.get(f"{HERE}/{id_}")).json()["body"]) == LONGEST_BODY
    problem(await it.change("POST", HERE, {**TEXT, "body": "x" * 300_000}), 413)


async def test_a_draft_is_edited_in_the_version_that_was_seen() -> None:
    it = newsroom()
    id_ = await it.writes()
    changed = await it.change("PUT", f"{HERE}/{id_}", {**TEXT, "title": "Another"}, If_Match='"1"')
    assert (changed.json()["title"], changed.headers["etag"]) == ("Another", '"2"')
    problem(await it.change("PUT", f"{HERE}/{id_}", TEXT, If_Match='"1"'), 412)


async def test_what_is_published_is_revised_while_it_is_found() -> None:
    it = newsroom()
    id_ = await it.publishes()
    told = problem(await it.change("PUT", f"{HERE}/{id_}", TEXT), 409)
    assert (told["detail"], told["allowed"]) == ("The article is published.", ["archive", "revise"])
    await it.moves(id_, "revise")
    await it.change("PUT", f"{HERE}/{id_}", {**TEXT, "title": "Zeppelin"})
    assert (await it.finds("q=sensor"))["total"] == 1
    assert (await it.finds("q=zeppelin"))["total"] == 0
    await it.moves(id_, "submit", "publish")
    assert (await it.finds("q=zeppelin"))["total"] == 1
    assert [edition["n"] for edition in await it.items(f"{HERE}/{id_}/editions")] == [1, 2]


async def test_translations_are_shown_with_each_other() -> None:
    it = newsroom()
    english = await it.writes()
    german = await it.writes(language="de", title="Sensor", translation_of=english)
    french = await it.writes(language="fr", title="Capteur", translation_of=german)
    shown = (await it.get(f"{HERE}/{german}")).json()
    assert {each["id"] for each in shown["translations"]} == {english, french}
    assert shown["original"] == english
    problem(await it.change("POST", HERE, {**TEXT, "translation_of": "A-9"}), 404)


async def test_articles_are_listed_without_their_text_by_state_language_and_product() -> None:
    it = newsroom()
    published = await it.publishes()
    draft = await it.writes(language="de", product="")
    assert {each["id"] for each in await it.items(HERE)} == {published, draft}
    assert [each["id"] for each in await it.items(f"{HERE}?state=draft")] == [draft]
    assert [each["id"] for each in await it.items(f"{HERE}?language=de")] == [draft]
    assert [each["id"] for each in await it.items(f"{HERE}?product=pump")] == [published]
    assert "body" not in (await it.items(HERE))[0]


async def test_an_article_is_used_for_a_case_and_solves_it() -> None:
    it = newsroom()
    await it.world.has_case()
    id_ = await it.publishes()
    place = f"/api/cases/{CASE}/articles"
    for solved in (False, True, True):
        response = await it.change("POST", place, {"article": id_, "solved": solved})
        assert response.status_code == 200, response.text
    assert (response.json()["linked"], response.json()["solved"]) == (1, 1)
    (used,) = await it.items(place)
    assert (used["article"], used["title"], used["solved"]) == (id_, TEXT["title"], True)
    await it.world.work()
    timeline = (await it.get(f"/api/cases/{CASE}")).json()["timeline"]
    told = [(line["outcome"], line["subject"]) for line in timeline if line["kind"] == "note_article"]
    assert sorted(told) == [("article_used", TEXT["title"]), ("solved_by_article", TEXT["title"])]


async def test_articles_are_suggested_by_what_a_case_is_about() -> None:
    it = newsroom()
    await it.world.has_case('The "sensor" needs resetting', subject="Pressure")
    id_ = await it.publishes()
    await it.publishes(title="Invoices", body="On the first of a month.", keywords=[])
    it.world.clock.at += timedelta(seconds=10)
    found = (await it.get(f"/api/cases/{CASE}/articles/suggested")).json()
    assert found["items"][0]["article"] == id_
    problem(await it.get("/api/cases/K-9/articles/suggested"), 404)


async def test_an_article_may_have_solved_a_case_that_is_closed() -> None:
    it = newsroom()
    await it.world.has_case()
    await it.world.say(CancelCase(CASE, "kim"))
    response = await it.change("POST", f"/api/cases/{CASE}/articles", {"article": await it.publishes(), "solved": True})
    assert response.json()["solved"] == 1


async def test_what_is_not_published_or_not_there_is_not_used() -> None:
    it = newsroom()
    await it.world.has_case()
    draft, place = await it.writes(), f"/api/cases/{CASE}/articles"
    problem(await it.change("POST", place, {"article": draft}), 409)
    problem(await it.change("POST", place, {"article": "A-9"}), 404)
    problem(await it.change("POST", "/api/cases/K-9/articles", {"article": draft}), 404)


async def test_a_repeat_with_its_key_changes_nothing_and_another_body_is_told() -> None:
    it = newsroom()
    first, second = [await it.change("POST", HERE, TEXT, Idempotency_Key="k") for _ in range(2)]
    assert first.json() == second.json()
    problem(await it.change("POST", HERE, {**TEXT, "title": "Another"}, Idempotency_Key="k"), 422)


async def test_without_waiting_it_says_where_it_will_be() -> None:
    it = newsroom()
    response = await it.change("POST", HERE, TEXT, Prefer="")
    assert response.status_code == 202
    await it.world.work()
    assert (await it.get(response.headers["location"])).status_code == 200


async def test_what_is_not_there_is_a_404() -> None:
    it = newsroom()
    for path in (f"{HERE}/A-9", f"{HERE}/A-9/editions"):
        problem(await it.get(path), 404)
    problem(await it.change("POST", f"{HERE}/A-9/submit"), 404)
    problem(await it.change("PUT", f"{HERE}/A-9", TEXT), 404)


async def test_agents_write_and_supervisors_publish() -> None:
    it = newsroom()
    it.headers = principal("agent")
    id_ = await it.writes()
    await it.moves(id_, "submit")
    problem(await it.change("POST", f"{HERE}/{id_}/publish"), 403)
    it.headers = principal("operator")
    assert (await it.get(f"{HERE}/{id_}")).status_code == 200
    problem(await it.change("POST", HERE, TEXT), 403)
    it.headers = principal()
    problem(await it.get(f"{HERE}/search?q=x"), 403)


async def test_a_key_that_is_used_again_for_another_article_uses_that_one_too() -> None:
    it = newsroom()
    await it.world.has_case()
    one, two = await it.publishes(), await it.publishes(title="Another")
    place = f"/api/cases/{CASE}/articles"
    for article in (one, two, one):
        sent = await it.change("POST", place, {"article": article}, Idempotency_Key="k", Prefer="")
        assert sent.status_code == 202
    await it.world.work()
    assert {each["article"] for each in await it.items(place)} == {one, two}
    solved = {"article": one, "solved": True}
    problem(await it.change("POST", place, solved, Idempotency_Key="k"), 422)
