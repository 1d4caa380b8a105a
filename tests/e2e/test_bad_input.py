"""What is wrong at the doors is named and kept out; what is wrong on the bus is put on record with its reason."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from local.cloud.settings import SENDER
from local.story.device import QUEUE, SOURCE, TRIGGER
from shared.runtime.bus import BusMessage
from shared.runtime.ids import made
from tests.faults.alerts import Alert
from tests.faults.audit import violations
from tests.faults.cloud import Cloud, running_cloud
from tests.faults.rest import ledger_at_rest, queues
from tests.faults.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

STALE = timedelta(minutes=6)
OTHER_SECRET = f"whsec_{'A' * 32}"
VALUE = "s3cret-value"
WAIT_SECONDS = 60


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cloud(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cloud]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    async with running_cloud(folder, 1) as cloud:
        yield cloud


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, to the byte."""

    status: int
    media_type: str
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass(frozen=True, slots=True)
class Request:
    """A good one, but for what a test changes."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    async def knock(self, cloud: Cloud) -> Answer:
        """Send it to the door for holders of a key."""
        return await self._post(cloud, "api/events", {"x-functions-key": cloud.secrets.function_key})

    async def sign(
        self, cloud: Cloud, secret: str = "", at: datetime | None = None, id_: str = "call-1", sender: str = SENDER
    ) -> Answer:
        """Send it to the door for those who sign."""
        at = at or datetime.now(UTC)
        signature = Webhook(secret or cloud.secrets.webhook_secret).sign(id_, at, self.body.decode())
        stamp = str(int(at.timestamp()))
        headers = {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}
        return await self._post(cloud, f"api/webhooks/{sender}", headers)

    async def _post(self, cloud: Cloud, path: str, proof: Mapping[str, str]) -> Answer:
        headers = {"Content-Type": "application/cloudevents+json", **proof, **self.headers}
        async with cloud.http.post(f"{cloud.host.url}/{path}", data=self.body, headers=headers) as response:
            return Answer(response.status, response.content_type, await response.read())


def event(**changes: Any) -> Request:
    """Return an event that is good but for the changes; one that is None is left out."""
    members = {
        "specversion": "1.0",
        "id": made(),
        "source": SOURCE,
        "type": TRIGGER,
        "time": datetime.now(UTC).isoformat(),
        "data": {"device_id": "D-0001", "error_code": 11},
    }
    return Request(
        json.dumps({name: value for name, value in (members | changes).items() if value is not None}).encode()
    )


async def sent(cloud: Cloud) -> int:
    """Count the messages that were ever enqueued."""
    return sum(counts["sent"] for counts in (await queues(cloud)).values())


def check_problem(answer: Answer, status: int, wrong: str) -> None:
    """The answer is a problem (RFC 9457) that names what is wrong, and nothing of the inside or of what was sent."""
    assert (answer.status, answer.media_type) == (status, "application/problem+json")
    problem = answer.problem
    assert problem["status"] == status
    assert problem["title"]
    assert problem["next"]
    assert wrong in ([error["field"] for error in problem["errors"]] or problem["detail"])
    assert b"Traceback" not in answer.body
    assert VALUE.encode() not in answer.body


BAD_EVENTS: dict[str, tuple[Request, int, str]] = {
    "malformed JSON": (Request(b'{"specversion": "1.0", "id": "s3cret-value'), 400, "body"),
    "no JSON object": (Request(b'["s3cret-value"]'), 400, "body"),
    "not UTF-8": (Request(b'{"id": "\xff"}'), 400, "body"),
    "missing id": (event(id=None), 400, "id"),
    "missing attribute": (event(data={"device_id": VALUE}), 422, "data.error_code"),
    "wrong type": (event(data={"device_id": "D-0001", "error_code": VALUE}), 422, "data.error_code"),
    "unknown attribute": (event(data={"device_id": "D-0001", "error_code": 11, "more": VALUE}), 422, "data.more"),
    "1 MB body": (event(data={"device_id": "D" * 1_000_000, "error_code": 11}), 413, "192 KiB"),
    "unknown trigger": (event(type=VALUE), 422, "type"),
    "internal trigger": (event(type="case-status-changed", data={"case": VALUE}), 403, "type"),
    "trigger that issues a command": (event(type="case-requested"), 403, "type"),
    "media type of no event": (Request(event().body, {"Content-Type": "text/plain"}), 415, "Content-Type"),
}


@pytest.mark.parametrize("what", BAD_EVENTS)
async def test_a_bad_event_is_refused_by_name_and_not_enqueued(cloud: Cloud, what: str) -> None:
    request, status, wrong = BAD_EVENTS[what]
    before = await sent(cloud)
    check_problem(await request.knock(cloud), status, wrong)
    assert await sent(cloud) == before


async def test_a_request_without_a_key_is_refused_by_the_host_itself(cloud: Cloud) -> None:
    before = await sent(cloud)
    for key in ("", "wrong"):
        answer = await Request(event().body, {"x-functions-key": key}).knock(cloud)
        assert (answer.status, answer.body) == (401, b"")
    assert await sent(cloud) == before


async def test_a_signature_that_is_stale_or_wrong_or_missing_is_refused(cloud: Cloud) -> None:
    before, now = await sent(cloud), datetime.now(UTC)
    check_problem(await event().sign(cloud, at=now - STALE), 401, "webhook-timestamp")
    check_problem(await event().sign(cloud, at=now + STALE), 401, "webhook-timestamp")
    check_problem(await event().sign(cloud, secret=OTHER_SECRET), 401, "webhook-signature")
    check_problem(await event().sign(cloud, sender="nobody"), 401, "webhook-signature")
    check_problem(await Request(event().body, {"webhook-signature": ""}).sign(cloud), 400, "webhook-signature")
    assert await sent(cloud) == before


async def test_a_signed_event_of_a_foreign_source_is_refused(cloud: Cloud) -> None:
    before = await sent(cloud)
    check_problem(await event(source=f"/{VALUE}").sign(cloud), 403, "source")
    assert await sent(cloud) == before


async def test_a_batch_with_one_bad_event_is_refused_as_a_whole(cloud: Cloud) -> None:
    before = await sent(cloud)
    good, bad = json.loads(event().body), json.loads(event(id=None).body)
    batch = Request(json.dumps([good, bad]).encode(), {"Content-Type": "application/cloudevents-batch+json"})
    check_problem(await batch.knock(cloud), 400, "1.id")
    assert await sent(cloud) == before


async def test_a_repeated_webhook_call_is_answered_the_same_and_has_one_effect(cloud: Cloud) -> None:
    alert = Alert("repeated", cloud.people[0])
    request = Request(alert.encode())
    answers = [await request.sign(cloud, id_="the-same-call") for _ in range(3)]
    assert answers[0].status == 202
    assert answers[0].problem["accepted"] == [{"source": SOURCE, "id": alert.id, "event": alert.event}]
    assert answers == [answers[0]] * 3
    ledger = await ledger_at_rest(cloud, WAIT_SECONDS)
    # What other tests have had rejected is theirs.
    assert violations([alert], replace(ledger, rejected=[])) == []


BAD_MESSAGES = {
    "no JSON": (QUEUE, b"\xff", "malformed_json", "body"),
    "an event without an attribute": (
        QUEUE,
        event(data={"device_id": VALUE}).body,
        "invalid_attribute",
        "data.error_code",
    ),
    "an event of an internal trigger": (QUEUE, event(type="case-requested").body, "forbidden_trigger", "type"),
    "no envelope": ("case-commands", b"{}", "unknown_version", "v"),
    "a command for another queue": (
        "case-commands",
        b'{"v":1,"id":"1","kind":"send_sms","time":"2026-01-01T00:00:00Z","body":{}}',
        "wrong_queue",
        "kind",
    ),
}


@pytest.mark.parametrize("what", BAD_MESSAGES)
async def test_a_bad_message_on_the_bus_is_put_on_record_with_its_reason(cloud: Cloud, what: str) -> None:
    queue, body, reason, wrong = BAD_MESSAGES[what]
    seen = set(await cloud.tables.rows("rejected"))
    await cloud.bus.send(queue, [BusMessage(made(), body)])

    async def on_record() -> bool:
        return len(await cloud.tables.rows("rejected")) > len(seen)

    await until("the message is rejected", on_record, WAIT_SECONDS)
    [line] = [line for key, line in (await cloud.tables.rows("rejected")).items() if key not in seen]
    assert (line["queue"], line["reason"], line["field"]) == (queue, reason, wrong)
    assert VALUE not in json.dumps(line)
