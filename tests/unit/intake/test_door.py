"""What comes to the door is read, refused with the field named, or on the bus before it is answered."""

import json
from datetime import datetime
from typing import Any

import pytest

from shared.intake.door import JSON, LARGEST, LONGEST_ATTACHED, MAIL, IntakeDoor
from shared.intake.messages import LONGEST_TEXT, TakeActivity
from shared.intake.reply_tokens import ReplyTokens
from shared.runtime.codec import text, typed
from shared.runtime.envelope import decode
from shared.runtime.errors import Unavailable
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.problem import Problem
from tests.unit.intake.desk import raw
from tests.unit.pages.world import START, TurnedClock

TOLD: dict[str, Any] = {"channel": "email", "id": "<1@example.org>", "from": "Ada@Example.org", "text": "Cold."}


def door(bus: Any = None) -> IntakeDoor:
    clock = TurnedClock()
    tokens = ReplyTokens("care@example.org", {"k1": "s" * 32})
    return IntakeDoor(bus or MemoryBus(clock), clock, tokens, {"care@example.org"})


async def taken(content: bytes, media_type: str = MAIL) -> tuple[str, TakeActivity]:
    """What is on the bus, and its id."""
    bus = MemoryBus(TurnedClock())
    await door(bus).take({"Content-Type": media_type}, content)
    [waiting] = bus.ready("case-commands")
    envelope = decode(waiting.message.body)
    return envelope.id, typed(TakeActivity, envelope.body)


async def told(**fields: Any) -> TakeActivity:
    return (await taken(json.dumps({**TOLD, **fields}).encode(), JSON))[1]


async def refused(content: bytes, media_type: str = MAIL) -> Problem:
    with pytest.raises(Problem) as caught:
        await door().take({"content-type": media_type}, content)
    return caught.value


async def test_the_answer_says_where_to_look_and_a_repeat_is_answered_the_same() -> None:
    one = door()
    first = await one.take({"content-type": f"{MAIL}; charset=utf-8"}, raw())
    assert first == await one.take({"CONTENT-TYPE": MAIL}, raw())
    assert first.location == f"/api/activities/{first.activity}"
    assert "ada" not in first.activity.lower()


async def test_the_same_id_from_somebody_else_is_another_message() -> None:
    """Nobody takes another's mail away by using its id first."""
    assert (await taken(raw()))[0] != (await taken(raw(from_="bob@example.net")))[0]


async def test_a_mail_without_an_id_is_told_by_its_bytes() -> None:
    first, again = [(await taken(raw(message_id="")))[0] for _ in range(2)]
    assert first == again != (await taken(raw("Other.", message_id="")))[0]


async def test_a_mail_as_json_says_what_the_mail_itself_does() -> None:
    headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "To": "Care <care@example.org>"}
    said = await told(
        headers=headers, html="<p>x</p>", name="Ada\r\nExample", attachments=[{"name": "a.jpg", "size": 7}]
    )
    assert (said.address, said.name, said.to, said.text) == (
        "ada@example.org",
        "Ada Example",
        ("care@example.org",),
        "Cold.",
    )
    assert (said.automatic, said.quiet, said.message_id) == ("auto_reply", True, "<1@example.org>")
    assert [(each.name, each.size) for each in said.attachments] == [("a.jpg", 7)]
    assert said.at == START
    assert (await told(text="", html="<p>Rich</p>")).text == "Rich"


async def test_marks_are_found_wherever_a_program_leaves_them() -> None:
    case = "01KA5Q3N8M2V7R4T6W9X0YZABC"
    mark = door().tokens.reply_to(case, automatic=True)
    id_ = door().tokens.message_id(case, "d", automatic=False)
    for said in (await told(to=[mark]), await told(headers={"Cc": f"Care <{mark.upper()}>"})):
        assert (said.case, said.answers_automatic) == (case, True)
    said = await told(headers={"References": f"<0@x> {id_} <2@x>"})
    assert (said.case, said.referred, said.answers_automatic) == ("", case, False)
    assert (await told(subject="Re: [cas-02499-1zrznd] x")).number == "CAS-02499-1ZRZND"
    assert (await told(id=id_)).automatic == "own"


async def test_an_sms_has_a_number() -> None:
    said = await told(channel="sms", **{"from": "+4930123456"}, text="Cold\x00.")
    assert (said.channel, said.address, said.text, said.automatic) == ("sms", "+4930123456", "Cold.", "")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"from": "nobody"}, "from"),
        ({"channel": "sms", "from": "030123456"}, "from"),
        ({"id": ""}, "id"),
        ({"txt": "x"}, "txt"),
        ({"at": "yesterday"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "at"),
        ({"at": "1969-12-31T23:59:59Z"}, "at"),
        ({"channel": "sms", "from": "+4930123456", "at": "2201-01-01T00:00:00Z"}, "at"),
        ({"attachments": [{"size": -1}]}, "attachments.0.size"),
    ],
)
async def test_a_field_that_is_wrong_is_named_and_no_value(fields: dict[str, Any], field: str) -> None:
    problem = await refused(json.dumps({**TOLD, **fields}).encode(), JSON)
    assert (problem.kind.status, problem.errors[0].field) == (422, field)
    assert "nobody" not in str(problem.body())


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00+14:00", "2200-12-31T23:59:59-14:00"])
async def test_the_years_1970_to_2200_are_taken(at: str) -> None:
    assert (await told(at=at)).at == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", JSON, 400),
        (b"[]", JSON, 422),
        (b"hello", MAIL, 422),
        (b"", "text/plain", 415),
        (b"", "", 415),
        (b"x" * (LARGEST[JSON] + 1), JSON, 413),
        (b"x" * (LARGEST[MAIL] + 1), MAIL, 413),
    ],
)
async def test_what_is_no_message_is_refused(content: bytes, media_type: str, status: int) -> None:
    assert (await refused(content, media_type)).kind.status == status


class AwayBus:
    async def send(self, _queue: str, _messages: object) -> None:
        raise Unavailable


async def test_nothing_is_answered_for_that_is_not_on_the_bus() -> None:
    with pytest.raises(Unavailable):
        await door(AwayBus()).take({"content-type": MAIL}, raw())


@pytest.mark.parametrize(("letter", "kept"), [("u", 20_000), ("ü", 13_000), ("😀", 6_000)])
async def test_of_a_text_as_much_is_kept_as_a_message_has_room_for(letter: str, kept: int) -> None:
    content = raw(letter * 50_000, content_type="text/plain; charset=utf-8", subject="ü" * 5000)
    said = (await taken(content))[1]
    assert kept <= len(said.text) <= 20_000
    assert len(text(said.text)) <= LONGEST_TEXT + 10
    said = await told(channel="sms", **{"from": "+4930123456"}, text=letter * 20_000)
    assert kept <= len(said.text)


async def test_of_what_is_attached_the_names_are_cut_and_nothing_is_left_out() -> None:
    attached = [{"name": "😀" * 300, "media_type": "😀" * 300, "size": 7}] * 100
    said = await told(text="😀" * 20_000, attachments=attached)
    assert len(said.attachments) == 100
    assert len(text([each.name for each in said.attachments])) < LONGEST_ATTACHED + 2000
    [one] = (
        await told(attachments=[{"name": "Счёт на оплату за октябрь.pdf", "media_type": "application/pdf"}])
    ).attachments
    assert (one.name, one.media_type) == ("Счёт на оплату за октябрь.pdf", "application/pdf")
