"""`POST /api/journeys`: what changes is told first, and everything that is wrong at once."""

import pytest

from shared.api.door import MAX_DEFINITIONS
from shared.runtime.store import Replace
from tests.unit.api.client import principal, problem
from tests.unit.api.studio import ADDRESS, DEFINITIONS, EDITED, JOURNEY, ORDERS, Studio, studio


def changes(body: dict[str, object]) -> dict[str, str]:
    documents = body["documents"]
    assert isinstance(documents, list)
    return {document["name"]: document["change"] for document in documents}


async def test_without_being_told_otherwise_nothing_is_published() -> None:
    it = Studio()
    for query in ("", "?dry_run=true"):
        body = (await it.publish(DEFINITIONS, query)).json()
        assert (body["dry_run"], body["live_from"]) == (True, None)
        assert set(changes(body).values()) == {"new"}
    assert (await it.get("/api/journeys")).json()["items"] == []


async def test_what_is_published_is_live_from_the_time_that_is_told() -> None:
    it = Studio()
    body = (await it.publish(DEFINITIONS)).json()
    assert body["live_from"] == "2026-11-04T12:30:15Z"
    assert (await it.get(ADDRESS)).json()["phase"] == "publishing"
    await it.world.clock.pause(15)
    assert (await it.get(ADDRESS)).json()["phase"] == "live"


async def test_a_changed_journey_tells_which_tiles() -> None:
    it = await studio()
    body = (await it.publish(EDITED.replace("within: P1D", "within: P2D"), "")).json()
    [journey] = [document for document in body["documents"] if document["change"] == "changed"]
    assert (journey["kind"], journey["name"], journey["version"]) == ("journey", "unpaid-order", 2)
    assert journey["tiles"] == {"added": ["again"], "removed": [], "changed": ["paid", "rest"]}
    body = (await it.publish(JOURNEY.split("  - id: rest")[0], "")).json()
    [journey] = [document for document in body["documents"] if document["change"] == "changed"]
    assert journey["tiles"]["removed"] == ["rest"]


async def test_a_journey_alone_may_use_what_is_published() -> None:
    it = Studio()
    await it.goes_live(ORDERS)
    body = (await it.publish(JOURNEY)).json()
    assert changes(body) == {
        "unpaid-order": "new",
        "order-placed": "unchanged",
        "order-paid": "unchanged",
        "thanks": "unchanged",
    }


async def test_a_trigger_that_a_published_journey_needs_cannot_lose_what_it_needs() -> None:
    it = await studio()
    trigger = "trigger: order-placed\nkind: custom\nattributes: {contact: reference}\naudience: {attribute: contact}\n"
    body = problem(await it.publish(trigger), 422)
    assert [error["field"] for error in body["errors"]] == ["published journey unpaid-order"]


async def test_all_faults_are_told_with_file_and_line() -> None:
    it = Studio()
    files = {
        "one.yaml": "trigger: one\nkind: custum\n",
        "two.yaml": "journey: two\nstarts_on: nothing\ntiles: []\n",
    }
    response = await it.post("/api/journeys?dry_run=false", {"files": files})
    body = problem(response, 422)
    assert body["type"] == "urn:carebus:problem:invalid-definitions"
    assert {"one.yaml:2", "two.yaml:2", "two.yaml:3"} <= {error["field"] for error in body["errors"]}
    assert (await it.get("/api/triggers")).json()["items"] == []


async def test_files_by_name_are_published_like_one_text() -> None:
    it = Studio()
    response = await it.post("/api/journeys?dry_run=false", {"files": {"a.yaml": ORDERS, "b.yaml": JOURNEY}})
    assert response.status_code == 200
    assert set(changes((await it.publish(DEFINITIONS)).json()).values()) == {"unchanged"}


async def test_what_is_stopped_for_good_is_refused_before_anything_is_published() -> None:
    it = await studio()
    stopped = ORDERS.replace(
        "kind: custom\nattributes: {order: reference, contact: reference}",
        "kind: custom\nstate: stopped\nattributes: {order: reference, contact: reference}",
    )
    assert (await it.publish(stopped)).status_code == 200
    assert problem(await it.publish(ORDERS), 422)["errors"][0]["field"] == "trigger order-paid"


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"trigger: [", "application/yaml", 422),
        (b"\xff", "application/yaml", 422),
        (b"[" * 60_000, "application/yaml", 422),
        (b"{}", "application/json", 422),
        (b'{"files": {}}', "application/json", 422),
        (b'{"files": {"a\\n": ""}}', "application/json", 422),
        (b'{"files": {"a": 1}}', "application/json", 422),
        (b'{"files": {"a": "\\ud800"}}', "application/json", 400),
        (b"{", "application/json", 400),
        (b"x: 1", "text/plain", 415),
        (b"", "", 415),
    ],
)
async def test_a_body_that_is_not_definitions_is_a_clear_4xx(content: bytes, media_type: str, status: int) -> None:
    it = Studio()
    headers = {**it.api.headers, "Content-Type": media_type}
    problem(await it.api.client.post("/api/journeys", content=content, headers=headers), status)


async def test_definitions_may_be_larger_than_commands_and_not_without_limit() -> None:
    it = Studio()
    comment = "#" * (MAX_DEFINITIONS - len(DEFINITIONS) - 1) + "\n"
    assert (await it.publish(comment + DEFINITIONS)).status_code == 200
    problem(await it.publish("#" + comment + DEFINITIONS), 413)


async def test_who_publishes_meanwhile_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    it = await studio()
    definitions = it.world.services.definitions
    standing = await definitions.standing()
    row = await it.world.store.get("definitions", "catalogue", "latest")
    assert row is not None
    await it.world.store.write("definitions", "catalogue", Replace("latest", row.data, row.etag))

    async def as_before(_self: object) -> object:
        return standing

    monkeypatch.setattr(type(definitions), "standing", as_before)
    problem(await it.publish(EDITED), 409)


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("supervisor", 200), ("operator", 200)])
async def test_supervisors_and_operators_publish(role: str, status: int) -> None:
    it = Studio(role)
    assert (await it.publish(DEFINITIONS, "")).status_code == status


async def test_another_site_cannot_publish_by_somebodys_browser() -> None:
    it = Studio()
    it.api.headers = {**principal("operator"), "Cookie": "AppServiceAuthSession=x"}
    problem(await it.publish(DEFINITIONS), 403)
