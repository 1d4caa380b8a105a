"""HTTP triggers, asked over a real socket."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.cloud.host import Host

MIB = 1024**2


async def seen(client: httpx.AsyncClient, method: str, url: str, **request: Any) -> dict[str, Any]:
    """What the function says that it got."""
    response = await client.request(method, url, **request)
    response.raise_for_status()
    facts: dict[str, Any] = response.json()
    return facts


@pytest.mark.parametrize(
    ("path", "function", "params"),
    [
        ("/orders/latest", "latest_order", {}),
        ("/orders/7", "order", {"id": "7"}),
        ("/orders/seven", "order_by_name", {"name": "seven"}),
        ("/orders/7/items", "item", {"id": "7"}),
        ("/orders/7/items/a%20b", "item", {"id": "7", "item": "a b"}),
        ("/files/a/b.txt", "file", {"rest": "a/b.txt"}),
    ],
)
async def test_the_most_specific_route_answers(
    client: httpx.AsyncClient, path: str, function: str, params: dict[str, str]
) -> None:
    facts = await seen(client, "GET", path)
    assert (facts["function"], facts["params"]) == (function, params)


async def test_the_request_reaches_the_function_as_it_was_sent(host: Host, client: httpx.AsyncClient) -> None:
    facts = await seen(
        client, "POST", "/orders/x?a=1&b=%C3%A4&a=2", headers=[("X-Test", "1"), ("X-Test", "2")], content=b"\x00\xff"
    )
    assert facts["url"] == f"{host.url}/orders/x?a=1&b=%C3%A4&a=2"
    assert facts["query"] == {"a": "1,2", "b": "ä"}
    assert facts["headers"]["x-test"] == "1,2"
    assert facts["body"] == "\x00\xff"


async def test_a_path_of_no_function_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nothing")).status_code == 404


async def test_another_method_is_not_allowed_and_told_which_are(client: httpx.AsyncClient) -> None:
    response = await client.delete("/orders/7")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/guarded", None, 401),
        ("/guarded", "wrong", 401),
        ("/guarded", "host-key", 200),
        ("/guarded", "master-key", 200),
        ("/master", None, 401),
        ("/master", "host-key", 401),
        ("/master", "master-key", 200),
        ("/orders/7", "wrong", 200),
    ],
)
async def test_a_guarded_function_wants_its_key(
    client: httpx.AsyncClient, path: str, key: str | None, status: int
) -> None:
    by_header = await client.get(path, headers={"x-functions-key": key} if key else {})
    by_query = await client.get(path, params={"code": key} if key else {})
    assert (by_header.status_code, by_query.status_code) == (status, status)


async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(client: httpx.AsyncClient) -> None:
    assert len((await seen(client, "POST", "/orders/x", content=b"x" * MIB))["body"]) == MIB
    assert (await client.post("/orders/x", content=b"x" * (MIB + 1))).status_code == 413


async def test_status_headers_cookies_and_bytes_come_back(client: httpx.AsyncClient) -> None:
    response = await client.get("/answer")
    assert (response.status_code, response.content) == (418, b"\x00\xff")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Sample"] == "yes"
    assert response.headers.get_list("Set-Cookie") == ["a=1; HttpOnly; Path=/", "b=2; Secure"]


async def test_a_text_is_an_answer_too(client: httpx.AsyncClient) -> None:
    response = await client.get("/text")
    assert (response.status_code, response.text) == (200, "plain text")


@pytest.mark.parametrize("path", ["/boom", "/cancelled", "/nothing-returned"])
async def test_a_failing_function_is_500_without_its_reason(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.content) == (500, b"")


async def test_the_reason_of_a_failure_is_in_the_log_with_its_line(host: Host, client: httpx.AsyncClient) -> None:
    await client.get("/boom")
    assert "boom failed: ValueError('the secret reason')" in host.output
    assert "http_functions.py" in host.output


@pytest.mark.parametrize("code", [-1, 0, 99, 100, 101, 199, 1000, 99999])
async def test_what_can_be_no_status_of_an_answer_is_a_failure(
    host: Host, client: httpx.AsyncClient, code: int
) -> None:
    response = await client.get(f"/status/{code}")
    assert (response.status_code, response.content) == (500, b"")
    assert f"status failed: {code} cannot be the status of an answer" in host.output


@pytest.mark.parametrize("code", [200, 204, 304, 599, 999])
async def test_any_status_of_an_answer_is_sent(client: httpx.AsyncClient, code: int) -> None:
    assert (await client.get(f"/status/{code}")).status_code == code


async def test_invocations_do_not_see_each_others_context(client: httpx.AsyncClient) -> None:
    first, second = await client.get("/context"), await client.get("/context")
    assert (first.text, second.text) == ("unset", "unset")


async def test_a_slow_function_does_not_hold_up_others(client: httpx.AsyncClient) -> None:
    slow = asyncio.create_task(client.get("/slow"))
    await client.get("/slow/started")
    assert (await client.get("/text")).text == "plain text"
    await client.get("/slow/release")
    assert (await slow).text == "finished"


async def test_an_asgi_app_behind_a_catch_all_sees_the_whole_request(client: httpx.AsyncClient) -> None:
    response = await client.patch("/asgi/echo/a/b%20c?q=1&q=2", headers={"X-Sample": "yes"}, content=b"body")
    assert response.json() == {
        "name": "a/b c",
        "method": "PATCH",
        "path": "/asgi/echo/a/b c",
        "query": [["q", "1"], ["q", "2"]],
        "header": "yes",
        "body": "body",
    }
    assert dict(response.cookies) == {"first": "1", "second": "2"}


async def test_an_asgi_app_answers_what_it_does_not_know(client: httpx.AsyncClient) -> None:
    assert (await client.get("/asgi/unknown")).json() == {"detail": "Not Found"}
