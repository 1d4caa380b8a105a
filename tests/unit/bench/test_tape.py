"""A recorded story, played for somebody else: nothing is the same, and everything has the same shape."""

import json
from pathlib import Path

import pytest

from bench.driver import FIRST_CODE, Story
from bench.tape import Script, Tape
from local.story.crowd import Person
from shared.runtime.ids import made

RECORDED = Story(Person(1), FIRST_CODE)
OTHER = Story(Person(42), FIRST_CODE + 7)
MESSAGE, MAIL, DELIVERY = made(), made(), made()
GUID = "68308b14-a4e6-45a9-9217-ff43daddb2d7"
TAG = f"{RECORDED.person.id}~{DELIVERY}"


def line(message: str, *calls: object, **data: str) -> str:
    return json.dumps({"message": message, "body": json.dumps({"data": data}), "calls": calls})


@pytest.fixture
def script(tmp_path: Path) -> Script:
    sms = {"smsRecipients": [{"to": RECORDED.person.phone}], "smsSendOptions": {"tag": TAG}}
    lines = [
        # As they are written: what a message sets off may end before what sent it.
        line(MESSAGE, ["post", "/sms", json.dumps(sms), {"first": "Tue, 24 Nov 2026 10:00:00 GMT"}]),
        line(RECORDED.key, ["send", "queue", [[MESSAGE, f'{{"code":{RECORDED.code}}}']]]),
        line("resolve-" + RECORDED.key, ["table", "refs", "upsert_entity", [{"RowKey": GUID, "for": MAIL}], {}]),
        line("report-1", ["table", "contacts", "get_entity", ["C-0001", f"delivery:{DELIVERY}"], {}], tag=TAG),
        line("report-2", ["table", "refs", "get_entity", ["refs", GUID], {}], messageId=GUID),
        line(made(), ["table", "others", "get_entity", [], {}]),
    ]
    file = tmp_path / "tape.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return Tape.read(file, RECORDED).script(OTHER)


def test_its_steps_begin_with_the_other_story_and_with_fresh_messages(script: Script) -> None:
    first, *_ = script.steps[OTHER.key]
    sent, body = first[2][0]
    assert sent != MESSAGE
    assert len(sent) == len(MESSAGE)
    assert script.steps.keys() == {OTHER.key, "resolve-" + OTHER.key, sent}
    assert json.loads(body) == {"code": OTHER.code}


def test_reports_are_known_by_what_the_other_story_sent(script: Script) -> None:
    contact, _, delivery = script.tag.partition("~")
    assert contact == OTHER.person.id
    assert script.sms_report == [["table", "contacts", "get_entity", [contact, f"delivery:{delivery}"], {}]]
    written = script.steps["resolve-" + OTHER.key][0][3][0]["RowKey"]
    assert written != GUID
    assert script.email_report == [["table", "refs", "get_entity", ["refs", written], {}]]


def test_a_request_is_first_sent_now(script: Script) -> None:
    posts = [call for calls in script.steps.values() for call in calls if call[0] == "post"]
    assert posts[0][3]["first"] != "Tue, 24 Nov 2026 10:00:00 GMT"
    assert OTHER.person.phone in posts[0][2]
