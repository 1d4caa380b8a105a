"""The app around its resources: limits, problems, documentation."""

from collections.abc import Sequence

import pytest

from shared.api.door import MAX_BODY
from shared.runtime.bus import BusMessage
from shared.runtime.errors import Throttled, Unavailable
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Row
from tests.unit.api.client import SIGNED_IN, Api, problem
from tests.unit.pages.world import CASE, World


class BrokenStore(MemoryStore):
    """A store that raises what it is told to."""

    error: Exception | None = None

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        if self.error is not None:
            raise self.error
        return await super().get(table, partition, key)


@pytest.mark.parametrize(("error", "status"), [(Unavailable(), 503), (Throttled(), 429)])
async def test_a_store_that_is_away_is_a_problem_that_says_when_to_try_again(error: Exception, status: int) -> None:
    store = BrokenStore()
    store.error = error
    response = await Api(World(SIGNED_IN, store)).get(f"/api/cases/{CASE}")
    problem(response, status)
    assert int(response.headers["retry-after"]) > 0


async def test_a_bus_that_is_away_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_bus: MemoryBus, _queue: str, _messages: Sequence[BusMessage]) -> None:
        raise Unavailable

    api = Api()
    await api.world.has_case()
    monkeypatch.setattr(MemoryBus, "send", away)
    problem(await api.post("resolve"), 503)


async def test_what_nobody_foresaw_is_told_without_any_detail() -> None:
    store = BrokenStore()
    store.error = RuntimeError("the customer's name is SECRET")
    response = await Api(World(SIGNED_IN, store)).get(f"/api/cases/{CASE}")
    assert problem(response, 500)["type"] == "urn:carebus:problem:unexpected"
    assert "SECRET" not in response.text
    assert "Traceback" not in response.text


async def test_a_body_up_to_the_limit_is_read_and_one_byte_more_is_not() -> None:
    api = Api()
    await api.world.has_case()
    headers = {**api.headers, "Content-Type": "application/json"}
    address = f"/api/cases/{CASE}/cancel"
    body = b'{"text": "x"}'
    fits = await api.client.post(address, content=body.ljust(MAX_BODY), headers=headers)
    assert fits.status_code == 202
    problem(await api.client.post(address, content=body.ljust(MAX_BODY + 1), headers=headers), 413)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 422), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 60_000, 400), (b'{"text": NaN}', 422), (b"null", 422)],
)
async def test_a_body_that_is_not_what_it_should_be_is_a_clear_4xx(body: bytes, status: int) -> None:
    api = Api()
    await api.world.has_case()
    headers = {**api.headers, "Content-Type": "application/json"}
    problem(await api.client.post(f"/api/cases/{CASE}/cancel", content=body, headers=headers), status)
    assert api.sent() == 0


@pytest.mark.parametrize("path", ["/api/nothing", "/api/cases/", "/api", "/api/cases/x/explode"])
async def test_an_unknown_route_is_a_problem(path: str) -> None:
    problem(await Api().get(path), 404)


async def test_a_wrong_method_names_the_right_one() -> None:
    api = Api()
    response = await api.client.delete("/api/cases", headers=api.headers)
    problem(response, 405)
    assert response.headers["allow"] == "GET"


async def test_nothing_is_cached() -> None:
    for path in ("/api/cases", "/api/nothing"):
        headers = (await Api().get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


async def test_the_api_documents_itself_and_its_problems() -> None:
    document = (await Api(headers={}).get("/api/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    for path in document["paths"].values():
        for operation in path.values():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]
            assert operation["description"]
    assert set(document["paths"]) >= {
        "/api/cases",
        "/api/cases/{case}/reactivate",
        "/api/journeys/{journey}/not-entered",
    }
