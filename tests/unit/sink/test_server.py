"""The sink over HTTP: what people and tests use, and what it refuses."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from yarl import URL

from local.sink.server import Options, serving
from shared.channels.signing import sign

KEY = b"a key"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SMS = {
    "from": "+4930999",
    "smsRecipients": [{"to": "+4930123456"}, {"to": "+4930123457"}],
    "message": "hello",
    "smsSendOptions": {"enableDeliveryReport": True, "tag": "t"},
}
EMAIL = {
    "senderAddress": "care@example.org",
    "recipients": {"to": [{"address": "kim@example.com", "displayName": "Kim"}]},
    "content": {"subject": "Solved", "plainText": "See https://a.example/c/1", "html": "<p>Solved</p>"},
    "headers": {"X-Case": "1"},
}


class Client:
    """Speaks to a sink, signed where the real service wants it."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def signed(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        content = b"" if body is None else json.dumps(body).encode()
        url = URL(self.url + path, encoded=True)
        proof = {**sign(KEY, method, url, content, NOW), **headers}
        async with self.session.request(method, url, data=content, headers=proof) as answer:
            return answer.status, {**(await answer.json()), "headers": answer.headers}

    async def plain(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        async with self.session.request(method, self.url + path, **options) as answer:
            return answer.status, await answer.text()

    async def inbox(self) -> list[dict[str, Any]]:
        return list(json.loads((await self.plain("GET", "/inbox.json"))[1])["messages"])

    async def sms(self, body: Any = SMS) -> tuple[int, dict[str, Any]]:
        return await self.signed("POST", "/sms?api-version=2021-03-07", body)

    async def email(self, body: Any = EMAIL, **headers: str) -> tuple[int, dict[str, Any]]:
        return await self.signed("POST", "/emails:send?api-version=2023-03-31", body, **headers)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serving(Options(key=KEY, now=lambda: NOW)) as (url, _), aiohttp.ClientSession() as session:
        yield Client(url, session)


async def test_each_sms_recipient_has_an_answer_and_a_message(client: Client) -> None:
    status, answer = await client.sms()
    assert status == 202
    assert [(one["to"], one["httpStatusCode"], one["successful"]) for one in answer["value"]] == [
        ("+4930123456", 202, True),
        ("+4930123457", 202, True),
    ]
    newest_first = await client.inbox()
    assert [message["id"] for message in newest_first] == [one["messageId"] for one in answer["value"]][::-1]
    assert newest_first[0]["tag"] == "t"


async def test_one_recipient_can_be_refused_alone(client: Client) -> None:
    plan = {"channel": "sms", "mode": "reject", "to": "+4930123456"}
    await client.plain("POST", "/failures", json=plan)
    status, answer = await client.sms()
    assert status == 202
    assert [one["httpStatusCode"] for one in answer["value"]] == [400, 202]
    assert [message["to"] for message in await client.inbox()] == ["+4930123457"]


async def test_an_email_is_an_operation_that_succeeds(client: Client) -> None:
    status, answer = await client.email()
    assert (status, answer["status"]) == (202, "Running")
    where = URL(answer["headers"]["Operation-Location"])
    status, operation = await client.signed("GET", where.raw_path_qs)
    assert (status, operation["id"], operation["status"]) == (200, answer["id"], "Succeeded")


async def test_the_inbox_shows_all_of_an_email(client: Client) -> None:
    await client.email()
    message = (await client.inbox())[0]
    expected = {
        "channel": "email",
        "to": "kim@example.com",
        "from": "care@example.org",
        "subject": "Solved",
        "plain_text": "See https://a.example/c/1",
        "html": "<p>Solved</p>",
        "headers": {"X-Case": "1"},
        "received_at": "2026-03-01T12:00:00Z",
        "state": "delivered",
    }
    assert {name: message[name] for name in expected} == expected
    status, page = await client.plain("GET", "/inbox")
    assert status == 200
    assert "Solved" in page


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**SMS, "from": ""}, "from"),
        ({**SMS, "smsRecipients": []}, "smsRecipients"),
        ({**SMS, "smsRecipients": [{"to": "0301"}]}, "smsRecipients.0.to"),
        ({**SMS, "message": "x" * 2049}, "message"),
        ({**SMS, "text": "x"}, "text"),
        ([], "body"),
    ],
)
async def test_a_wrong_field_of_an_sms_is_named(client: Client, body: Any, field: str) -> None:
    status, answer = await client.sms(body)
    assert status == 400
    assert answer["error"]["code"] == answer["headers"]["x-ms-error-code"] == "BadRequest"
    assert f"{field}: " in answer["error"]["message"]


@pytest.mark.parametrize("extra", ["attachments", "cc"])
async def test_what_the_inbox_could_not_show_is_refused(client: Client, extra: str) -> None:
    changed = {**EMAIL, "recipients": {**EMAIL["recipients"], "cc": []}} if extra == "cc" else {**EMAIL, extra: []}  # type: ignore[dict-item]
    status, answer = await client.email(changed)
    assert status == 400
    assert extra in answer["error"]["message"]


async def test_half_a_repeatability_pair_is_refused(client: Client) -> None:
    status, answer = await client.email(**{"Repeatability-First-Sent": "Sun, 01 Mar 2026 12:00:00 GMT"})
    assert (status, answer["headers"]["Repeatability-Result"]) == (400, "rejected")


async def test_an_unknown_version_is_refused(client: Client) -> None:
    status, answer = await client.signed("POST", "/sms?api-version=1999-01-01", SMS)
    assert (status, answer["error"]["code"]) == (400, "UnsupportedApiVersion")


@pytest.mark.parametrize("path", ["/sms?api-version=2021-03-07", "/emails:send?api-version=2023-03-31"])
async def test_without_a_signature_nothing_is_taken(client: Client, path: str) -> None:
    status, text = await client.plain("POST", path, json=SMS)
    assert status == 401
    assert json.loads(text)["error"]["code"] == "Denied"
    assert await client.inbox() == []


async def test_a_body_over_the_limit_is_refused(client: Client) -> None:
    url = client.url + "/emails:send?api-version=2023-03-31"
    async with client.session.post(url, data=BytesIO(b"x" * (1024 * 1024 + 1))) as answer:
        assert answer.status == 413


async def test_opening_and_clicking_change_the_state(client: Client) -> None:
    await client.email()
    message_id = (await client.inbox())[0]["id"]
    states = []
    for action in ("open", "click"):
        status, _ = await client.plain("POST", f"/inbox/{message_id}/{action}")
        states.append((status, (await client.inbox())[0]["state"]))
    assert states == [(202, "opened"), (202, "clicked")]
    assert json.loads((await client.plain("GET", "/health"))[1])["pending_reports"] == 3


async def test_a_person_is_taken_back_to_the_page(client: Client) -> None:
    await client.email()
    message_id = (await client.inbox())[0]["id"]
    status, page = await client.plain("POST", f"/inbox/{message_id}/open", headers={"Accept": "text/html"})
    assert status == 200
    assert "<b>Reader</b> opened" in page


async def test_engagement_that_nobody_tracks_is_refused(client: Client) -> None:
    await client.sms()
    await client.email({**EMAIL, "userEngagementTrackingDisabled": True})
    email, sms, _ = await client.inbox()
    paths = [f"/inbox/{email['id']}/open", f"/inbox/{sms['id']}/click", "/inbox/unknown/open"]
    assert [(await client.plain("POST", path))[0] for path in paths] == [409, 409, 404]


async def test_a_bounce_is_accepted_and_fails_later(client: Client) -> None:
    await client.plain("POST", "/failures", json={"channel": "email", "mode": "bounce", "times": 1})
    status, _ = await client.email()
    assert status == 202
    assert (await client.inbox())[0]["state"] == "failed"


async def test_failures_can_be_listed_and_taken_back(client: Client) -> None:
    await client.plain("POST", "/failures", json={"channel": "sms", "mode": "error"})
    _, listed = await client.plain("GET", "/failures")
    assert [failure["mode"] for failure in json.loads(listed)["failures"]] == ["error"]
    assert (await client.plain("DELETE", "/failures"))[0] == 204
    assert (await client.sms())[0] == 202


async def test_a_failure_that_does_not_exist_is_refused(client: Client) -> None:
    status, text = await client.plain("POST", "/failures", json={"channel": "sms", "mode": "explode"})
    assert status == 400
    assert "mode: " in text


async def test_the_inbox_can_be_emptied(client: Client) -> None:
    await client.sms()
    assert (await client.plain("DELETE", "/inbox"))[0] == 204
    assert await client.inbox() == []


async def test_a_page_from_elsewhere_cannot_act(client: Client) -> None:
    await client.email()
    path = f"/inbox/{(await client.inbox())[0]['id']}/open"
    assert (await client.plain("POST", path, headers={"Origin": "https://evil.example"}))[0] == 403
    assert (await client.plain("POST", path, headers={"Origin": client.url}))[0] == 202
