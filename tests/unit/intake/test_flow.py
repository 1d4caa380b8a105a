"""From a mail to its case: opened, added to, opened again, held or ignored; and each of them once."""

import json

import pytest

from shared.cases.messages import MergeCases, ResolveCase
from shared.channels.provider import Outgoing
from shared.contacts.contact import HEAD, TABLE, Contact
from shared.contacts.messages import PutContact
from shared.intake.correspondent import Incoming
from shared.intake.door import JSON
from shared.intake.judge import contact_of
from shared.intake.messages import correspondent_of
from shared.runtime.aggregate import read_head
from tests.unit.intake.desk import IntakeDesk, answer_to, raw, rules
from tests.unit.pages.world import CONTACT

TELL = """
template: tell
channel: sms
purpose: transactional
languages: {en: {text: "T {{ ticket.number }}"}, de: {text: T}}
"""
BOB = "Bob <bob@example.net>"


@pytest.fixture
async def desk() -> IntakeDesk:
    """Ada is known, and rules for mails are published."""
    desk = IntakeDesk()
    await desk.publish(rules())
    await desk.world.has_contact()
    return desk


async def opened(desk: IntakeDesk) -> tuple[Incoming, Outgoing]:
    """A case that Ada's mail has opened, and the mail that she got for it."""
    incoming = await desk.mail()
    [sent] = desk.sent
    return incoming, sent


async def test_a_customers_mail_opens_a_case_and_is_on_its_timeline(desk: IntakeDesk) -> None:
    incoming = await desk.mail(subject="Cold", text="It does not heat.")
    case = await desk.case(incoming)
    assert (incoming.state, incoming.rule) == ("done", "requests")
    assert (case.contact, case.title, case.description) == (CONTACT, "Cold", "It does not heat.")
    assert (case.origin, case.type, case.priority) == ("email", "request", "normal")
    begun, mail = await desk.timeline(incoming)
    assert begun.outcome == "opened"
    assert (mail.kind, mail.direction, mail.by, mail.text) == ("email", "in", CONTACT, "It does not heat.")
    assert mail.conversation == case.id


async def test_the_rule_says_what_the_case_is(desk: IntakeDesk) -> None:
    case = await desk.case(await desk.mail(subject="This is urgent"))
    assert (case.title, case.priority, case.type) == ("This is urgent", "high", "problem")


async def test_the_customer_hears_the_number_from_nobody_but_a_program(desk: IntakeDesk) -> None:
    incoming, sent = await opened(desk)
    assert (sent.to, sent.subject) == ("ada@example.org", f"[{incoming.number}] Received")
    assert sent.headers["Auto-Submitted"] == "auto-replied"
    assert sent.headers["In-Reply-To"] == sent.headers["References"] == "<1@example.org>"
    assert sent.reply_to.startswith("care+a")


async def test_a_mail_that_comes_again_opens_nothing_more(desk: IntakeDesk) -> None:
    first = await desk.mail()
    for _ in range(3):
        assert (await desk.mail(hours=1)).case == first.case
    assert len(await desk.cases_of()) == 1
    assert len(await desk.timeline(first)) == 2
    assert len(desk.sent) == 1


@pytest.mark.parametrize("by", ["reply_to", "reference", "number"])
async def test_an_answer_adds_to_the_case_whatever_of_our_mail_it_kept(desk: IntakeDesk, by: str) -> None:
    incoming, sent = await opened(desk)
    answer = await desk.mail(answer_to(sent, by=by))
    assert (answer.state, answer.case) == ("done", incoming.case)
    assert answer.thread == {"reply_to": "address", "reference": "reference", "number": "number"}[by]
    assert [line.text for line in await desk.timeline(incoming)][-1] == "Thank you."
    assert len(await desk.cases_of()) == 1


async def test_an_answer_that_kept_nothing_of_our_mail_opens_another_case(desk: IntakeDesk) -> None:
    incoming, sent = await opened(desk)
    assert (await desk.mail(answer_to(sent, by="nothing"))).case != incoming.case


async def test_the_mark_counts_in_cc_too_and_what_we_said_is_cut_off(desk: IntakeDesk) -> None:
    incoming, sent = await opened(desk)
    quoting = f"Thanks!\r\n\r\nOn Wed, Nov 4, 2026 at 1:30 PM, Care <care@example.org> wrote:\r\n> {sent.text}"
    answer = await desk.mail(answer_to(sent, quoting, to="ada@example.org", cc=sent.reply_to))
    assert answer.case == incoming.case
    assert (await desk.timeline(incoming))[-1].text == "Thanks!"


SPOOFED = [
    ("number", "a stranger who quotes the number"),
    ("reference", "a stranger who was forwarded our mail"),
    ("forged", "a stranger who makes up a mark"),
]


@pytest.mark.parametrize("way", [way for way, _ in SPOOFED], ids=[who for _, who in SPOOFED])
async def test_a_stranger_gets_a_case_of_their_own(desk: IntakeDesk, way: str) -> None:
    incoming, sent = await opened(desk)
    if way == "forged":
        mark = sent.reply_to.partition("+")[2]
        forged = f"care+{mark[0]}{mark[1:27][::-1]}{mark[27:]}"
        answer = await desk.mail(answer_to(sent, to=forged, subject="Re: yours", from_=BOB))
    else:
        answer = await desk.mail(answer_to(sent, by=way, from_=BOB))
    assert answer.state == "done"
    assert answer.case != incoming.case
    assert (await desk.case(answer)).contact == contact_of(correspondent_of("email", "bob@example.net"))
    assert len(await desk.timeline(incoming)) == 2


async def test_who_was_given_the_address_of_our_mail_may_write_but_hears_nothing(desk: IntakeDesk) -> None:
    """Somebody in copy answers to all: it is about the customer's case, and only the customer is told of it."""
    incoming, sent = await opened(desk)
    answer = await desk.mail(answer_to(sent, "I am her neighbour.", from_=BOB), hours=2)
    assert (answer.case, answer.contact) == (incoming.case, "")
    assert (await desk.timeline(incoming))[-1].text == "From: Bob bob@example.net\n\nI am her neighbour."
    assert len(desk.sent) == 1


async def test_the_customers_other_case_is_found_by_its_number(desk: IntakeDesk) -> None:
    first, _ = await opened(desk)
    second = await desk.mail(hours=48, subject="Wet", message_id="<2@example.org>")
    third = await desk.mail(hours=1, subject=f"about {first.number.lower()}", message_id="<3@example.org>")
    assert second.case != first.case == third.case


async def test_a_closed_case_is_opened_again_inside_the_window(desk: IntakeDesk) -> None:
    incoming, sent = await opened(desk)
    await desk.world.say(ResolveCase(incoming.case, "kim"))
    answer = await desk.mail(answer_to(sent, "Cold again."), hours=24 * 6)
    assert (answer.state, answer.case) == ("done", incoming.case)
    assert (await desk.case(incoming)).status == "active"
    assert [line.outcome for line in await desk.timeline(incoming)][-2:] == ["in_progress", "added"]


async def test_later_a_new_case_goes_on_from_it(desk: IntakeDesk) -> None:
    incoming, sent = await opened(desk)
    await desk.world.say(ResolveCase(incoming.case, "kim"))
    answer = await desk.mail(answer_to(sent, "Cold again."), hours=24 * 8)
    following = await desk.case(answer)
    assert following.id != incoming.case
    assert following.description == f"Goes on from {incoming.number}.\n\nCold again."
    assert (await desk.timeline(answer))[-1].conversation == incoming.case
    assert (await desk.case(incoming)).status == "resolved"


async def test_a_case_that_was_merged_passes_its_mails_on(desk: IntakeDesk) -> None:
    incoming, sent = await opened(desk)
    other = await desk.mail(hours=2, subject="Wet", message_id="<7@example.org>")
    await desk.world.say(MergeCases(other.case, "kim", (incoming.case,)))
    await desk.world.work()
    answer = await desk.mail(answer_to(sent))
    assert answer.case == other.case


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"auto_submitted": "auto-replied"}, "auto_reply"),
        ({"precedence": "bulk"}, "bulk"),
        ({"list_id": "<l.x>"}, "list"),
    ],
)
async def test_a_programs_mail_opens_nothing_where_a_rule_says_so(
    desk: IntakeDesk, headers: dict[str, str], kind: str
) -> None:
    incoming = await desk.mail(raw(**headers))
    assert (incoming.state, incoming.reason, incoming.said.automatic) == ("ignored", "automatic_mail", kind)
    assert (await desk.cases_of(), desk.sent) == ([], [])


async def test_our_own_mail_is_ignored_whatever_the_rules_say(desk: IntakeDesk) -> None:
    _, sent = await opened(desk)
    for headers in (
        {"from_": "care@example.org"},
        {"from_": sent.reply_to},
        {"message_id": sent.headers["Message-ID"]},
    ):
        incoming = await desk.mail(raw(**{"message_id": "<9@example.org>", "subject": "x", **headers}))
        assert (incoming.state, incoming.reason) == ("ignored", "own_message")


async def test_an_unknown_sender_becomes_a_contact_once(desk: IntakeDesk) -> None:
    first, second = [await desk.hand_in(raw(from_=BOB, message_id=f"<{n}@x>", subject=str(n))) for n in (1, 2)]
    await desk.world.work()
    one, two = await desk.incoming(first), await desk.incoming(second)
    assert one.contact == two.contact == contact_of(one.correspondent)
    assert one.case != two.case
    assert [sent.to for sent in desk.sent] == ["bob@example.net"]
    third = await desk.mail(from_="BOB@Example.net", message_id="<3@x>")
    assert third.contact == one.contact


@pytest.mark.parametrize(
    ("unknown", "state"), [("hold", ("held", "unknown_sender")), ("reject", ("ignored", "unknown_sender"))]
)
async def test_an_unknown_sender_is_held_or_rejected(unknown: str, state: tuple[str, str]) -> None:
    desk = IntakeDesk()
    await desk.publish(rules(unknown))
    incoming = await desk.mail(from_=BOB)
    assert (incoming.state, incoming.reason) == state
    assert not await desk.is_listed(contact_of(incoming.correspondent))


async def test_a_sender_who_has_another_address_now_is_who_they_became_by_the_old_one(desk: IntakeDesk) -> None:
    incoming = await desk.mail(from_=BOB)
    await desk.world.say(PutContact(incoming.contact, "Robert", email="robert@example.net"), minutes=90)
    again = await desk.mail(from_=BOB, message_id="<2@x>")
    assert again.contact == incoming.contact
    assert [sent.to for sent in desk.sent] == ["bob@example.net", "robert@example.net"]


async def test_an_address_of_several_is_held_for_a_person(desk: IntakeDesk) -> None:
    await desk.world.has_contact(contact="C-2")
    assert (await desk.mail()).reason == "several_contacts"
    assert await desk.held() == ["several_contacts"]


async def test_of_several_with_the_address_the_one_whose_case_it_is_has_written(desk: IntakeDesk) -> None:
    incoming, sent = await opened(desk)
    await desk.world.has_contact(contact="C-2")
    answer = await desk.mail(answer_to(sent, by="number"))
    assert (answer.case, answer.contact) == (incoming.case, CONTACT)


async def test_what_no_rule_takes_or_no_rules_are_there_for_is_held(desk: IntakeDesk) -> None:
    assert (await desk.mail(from_="x@shop.example")).reason == "for_sales"
    await desk.publish("intake: email\nrules: [{rule: replies, update: {}}]")
    assert (await desk.mail(message_id="<2@x>")).reason == "no_rule"
    empty = IntakeDesk()
    assert (await empty.mail()).reason == "no_intake"


async def test_more_than_the_limit_is_held_and_counts_again_when_the_window_has_passed() -> None:
    desk = IntakeDesk()
    await desk.publish(rules(at_most=3))
    await desk.world.has_contact()
    reasons = [(await desk.mail(message_id=f"<{n}@x>", subject=str(n))).reason for n in range(5)]
    assert reasons == ["", "", "", "too_many", "too_many"]
    assert (await desk.mail(hours=1.1, message_id="<6@x>")).reason == ""
    assert len(await desk.cases_of()) == 4


async def test_an_sms_is_told_as_json_and_adds_to_the_case_that_the_last_one_was_about(desk: IntakeDesk) -> None:
    await desk.publish(
        TELL,
        "intake: sms\nrules: [{rule: replies, update: {}}, {rule: texts, create: {}, auto_reply: tell}]",
    )
    told = {"channel": "sms", "id": "p-1", "from": "+4930123456", "text": "My door is cold"}
    receipt = await desk.hand_in(json.dumps(told).encode(), JSON)
    await desk.world.work()
    first = await desk.incoming(receipt)
    assert (await desk.case(first)).title == "SMS"
    assert [sent.text for sent in desk.sent] == [f"T {first.number}"]
    receipt = await desk.hand_in(json.dumps({**told, "id": "p-2", "text": "Still cold"}).encode(), JSON)
    await desk.world.work()
    second = await desk.incoming(receipt)
    assert (second.case, second.thread) == (first.case, "answer")


async def test_nothing_personal_is_in_keys_lists_or_outcomes(desk: IntakeDesk) -> None:
    incoming = await desk.mail(
        from_="Carol Secret <carol@secret.example>", subject="s3cret subject", text="s3cret text"
    )
    await desk.mail(from_="x@shop.example", subject="s3cret", message_id="<5@x>")
    rows = [(*place, key, text) for place, held in desk.world.store._rows.items() for key, (text, _) in held.items()]  # noqa: SLF001
    for table, partition, key, text in rows:
        assert "secret" not in f"{table} {partition} {key}".lower()
        assert partition == incoming.correspondent or "activities" not in partition or "s3cret" not in text


async def test_the_largest_mail_that_the_door_takes_goes_all_the_way(desk: IntakeDesk) -> None:
    attached = [{"name": "😀" * 1000, "media_type": "😀" * 1000}] * 100
    said = {
        "channel": "email",
        "id": f"<{'😀' * 900}@x>",
        "from": "ada@example.org",
        "name": "😀" * 1000,
        "to": [f"{'😀' * 60}@{'😀' * 180}{n}" for n in range(50)],
        "subject": "😀" * 1000,
        "text": "😀" * 20_000,
        "attachments": attached,
    }
    receipt = await desk.hand_in(json.dumps(said, ensure_ascii=False).encode(), JSON)
    await desk.world.work()
    incoming = await desk.incoming(receipt)
    assert incoming.state == "done"
    assert "Attached" in str((await desk.timeline(incoming))[-1])
    assert desk.store.partitions("rejected") == []


SMS = """
intake: sms
unknown_sender: create_contact
rules: [{rule: all, create: {}}]
"""


@pytest.mark.parametrize(("word", "status"), [("Stop.", "opted_out"), ("START", "opted_in")])
async def test_a_word_that_is_to_be_obeyed_sets_the_consent_of_whoever_has_the_number_and_opens_no_case(
    word: str, status: str
) -> None:
    desk = IntakeDesk()
    await desk.publish(rules(), SMS)
    await desk.world.has_contact()
    said = {"channel": "sms", "id": "p-1", "from": "+4930123456", "text": word}
    for _ in range(2):
        receipt = await desk.hand_in(json.dumps(said).encode(), JSON)
        await desk.world.work()
    contact = await read_head(desk.store, TABLE, CONTACT, HEAD, Contact)
    assert contact is not None
    assert contact.consents_for("sms") == {"transactional": status, "commercial": status}
    assert receipt.location == ""
    assert await desk.cases_of() == []
    assert desk.store.partitions("correspondents") == []
