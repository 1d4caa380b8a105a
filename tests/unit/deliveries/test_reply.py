"""A customer writes back: kept for them alone, told by its class, and obeyed where it says stop or start."""

from typing import Any

import pytest

from shared.contacts.messages import SetConsent
from shared.definitions.catalogue import Catalogue
from shared.definitions.intake import Intake
from shared.deliveries.messages import DeliveryReported, SmsReceived, TakeReply, keyword
from shared.deliveries.reply import Replies, Reply, take_again, take_reply
from shared.events.messages import TriggerFired
from shared.intake.messages import TakeActivity
from shared.runtime.decision import Decision, Put
from tests.unit.deliveries.building import NOON, message

PHONE = "+4930123456"


def replies(*contacts: str, intake: bool = False) -> Replies:
    async def whose(phone: str) -> list[str]:
        assert phone == PHONE
        return list(contacts)

    async def published() -> Catalogue:
        return Catalogue({}, {}, {}, intakes={"sms": Intake("sms", ())} if intake else {})

    return Replies(whose, published)


def received(text: str = "Call me") -> Any:
    return message(SmsReceived(PHONE, text, NOON, "/acs"), "m1")


def taken(text: str, newest: str = "") -> Decision[Reply]:
    return take_reply(message(TakeReply("C-1", "m1", text, NOON)), newest, NOON)


@pytest.mark.parametrize(
    ("text", "class_"),
    [
        *((word, "stop") for word in ("STOP", "stop", " Stop. ", "UNSUBSCRIBE", "End", "quit", "CANCEL", '"STOP!"')),
        ("START", "start"),
        ("unstop", "start"),
        ("Help", "help"),
        ("please stop calling", "other"),
        ("stopped", "other"),
        ("", "other"),
    ],
)
def test_a_whole_message_says_its_class(text: str, class_: str) -> None:
    assert keyword(text) == class_


@pytest.mark.parametrize(("text", "status"), [("STOP", "opted_out"), ("start", "opted_in")])
def test_stop_and_start_count_for_every_purpose_of_the_number(text: str, status: str) -> None:
    bodies = [outgoing.body for outgoing in taken(text).messages]
    assert bodies == [SetConsent("C-1", "sms", purpose, status, "sms") for purpose in ("transactional", "commercial")]


@pytest.mark.parametrize("text", ["HELP", "Thanks!"])
def test_anything_else_changes_no_consent(text: str) -> None:
    assert taken(text).messages == ()


def test_what_was_written_is_kept_and_only_its_class_is_told() -> None:
    decision = taken("My door code is 4711")
    assert decision.state == Reply("m1", "C-1", "My door code is 4711", "other", NOON)
    [fired] = decision.raised
    assert isinstance(fired.body, TriggerFired)
    assert (fired.body.trigger, fired.body.contact) == ("sms-replied", "C-1")
    assert fired.body.attributes == {"contact": "C-1", "keyword": "other"}


def test_the_message_that_it_answers_counts_it_and_tells_it() -> None:
    decision = taken("My door code is 4711", newest="d1")
    assert decision.state is not None
    assert (decision.state.delivery, decision.raised) == ("d1", ())
    [counted] = decision.messages
    assert counted.body == DeliveryReported("C-1", "d1", "replied", NOON, keyword="other")


def test_stop_counts_as_a_reply_too() -> None:
    assert [type(outgoing.body) for outgoing in taken("STOP", "d1").messages] == [
        SetConsent,
        SetConsent,
        DeliveryReported,
    ]


@pytest.mark.parametrize("newest", ["", "d1"])
def test_a_reply_that_comes_again_is_told_and_obeyed_again_under_the_same_ids(newest: str) -> None:
    first = taken("STOP", newest)
    assert first.state is not None
    again = take_again(first.state, message(TakeReply("C-1", "m1", "STOP", NOON)), "d2", NOON)
    assert again == Decision(raised=first.raised, messages=first.messages)


async def test_everybody_with_the_number_has_said_it() -> None:
    decision = await replies("C-1", "C-2").route(received("STOP"), NOON)
    assert decision.then is not None
    assert decision.then.body == TakeReply("C-1", "m1", "STOP", NOON)
    assert [outgoing.body for outgoing in decision.messages] == [TakeReply("C-2", "m1", "STOP", NOON)]


async def test_nobodys_number_is_unmatched_with_a_reason() -> None:
    decision = await replies().route(received(), NOON)
    [line] = decision.records
    assert isinstance(line, Put)
    assert (line.table, line.data["reason"], line.data["queue"]) == ("unmatched", "unknown_number", "delivery-reports")
    assert line.data["envelope"]["kind"] == "sms_received"
    assert (decision.messages, decision.then) == ((), None)


@pytest.mark.parametrize("contacts", [(), ("C-1",)])
async def test_what_is_no_word_to_be_obeyed_also_goes_to_the_intake(contacts: tuple[str, ...]) -> None:
    decision = await replies(*contacts, intake=True).route(received("My door is cold"), NOON)
    assert decision.then is not None
    going = [decision.then.body, *(outgoing.body for outgoing in decision.messages)]
    assert going[-1] == TakeActivity("sms", PHONE, NOON, text="My door is cold")
    assert len(going) == len(contacts) + 1
    assert decision.records == ()


@pytest.mark.parametrize("text", ["STOP", "start", " Unsubscribe. "])
async def test_stop_and_start_never_do(text: str) -> None:
    decision = await replies("C-1", intake=True).route(received(text), NOON)
    assert decision.then is not None
    assert isinstance(decision.then.body, TakeReply)
    assert decision.messages == ()
