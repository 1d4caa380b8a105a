"""What follows from each answer, row by row, and who is answered automatically."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.cases.messages import AddActivity, OpenCase, ReactivateCase
from shared.contacts.messages import PutContact
from shared.definitions.intake import Create, Intake, Rule, Update
from shared.deliveries.messages import SendEmail
from shared.intake.correspondent import HELD_LIST, AutoReply, Correspondent, Incoming, waiting_list
from shared.intake.decide import go_on, release, take
from shared.intake.judge import judge
from shared.intake.messages import ContinueActivity, ReleaseActivity, TakeActivity
from shared.intake.opening import Thread
from shared.intake.rules import IntakeFacts
from shared.runtime.decision import Decision, Refusal, View
from shared.runtime.envelope import Message
from tests.unit.pages.world import START

SAID = TakeActivity("email", "ada@example.org", START, "Cold", "It does not heat.", message_id="<1@x>")
REPLYING = Intake("email", (Rule("all", create=Create(), update=Update(), auto_reply="received"),))
TEMPLATES = {"received": "email"}
KNOWN = IntakeFacts(REPLYING, ("C-1",), templates=TEMPLATES)
NEW = Correspondent()
REFUSED = {"outcome": "refused", "reason": "case_is_closed"}
DONE = {"outcome": "added", "case_id": "K", "number": "CAS-1"}


def waiting(state: str, **fields: Any) -> Incoming:
    held = Incoming(
        id="A",
        correspondent=SAID.correspondent,
        said=SAID,
        received_at=START,
        state=state,
        contact="C-1",
        case="K",
        opening=OpenCase("K2", "C-1", "Cold", conversation="K"),
        reply=AutoReply("received", "email"),
    )
    return replace(held, **fields)


def went_on(incoming: Incoming, answer: dict[str, Any], stage: str = "") -> Decision[Incoming]:
    body = ContinueActivity(incoming.correspondent, incoming.id, stage or incoming.state, answer)
    return go_on(incoming, Message("m", START, body), None, START)


ROWS = [
    ("contact", {"outcome": "created"}, "opening", OpenCase),
    ("contact", REFUSED, "opening", OpenCase),
    ("reopening", {"outcome": "in_progress"}, "adding", AddActivity),
    ("reopening", REFUSED, "adding", AddActivity),
    ("opening", {"outcome": "opened", "case_id": "K2", "number": "CAS-2"}, "adding", AddActivity),
    ("opening", {"outcome": "occurrence_added", "case_id": "K3", "number": "CAS-3"}, "adding", AddActivity),
    ("adding", REFUSED, "opening", OpenCase),
]


@pytest.mark.parametrize(("state", "answer", "following", "asked"), ROWS)
def test_an_answer_leads_on(state: str, answer: dict[str, Any], following: str, asked: type[Any]) -> None:
    decision = went_on(waiting(state), answer)
    assert decision.state is not None
    assert decision.state.state == following
    assert decision.then is not None
    assert isinstance(decision.then.body, asked)
    assert decision.then.reply_to is not None
    assert decision.then.reply_to.body["stage"] == following
    assert decision.messages == ()


@pytest.mark.parametrize(
    ("incoming", "reason"),
    [(waiting("opening"), "not_opened"), (waiting("adding", is_opened=True), "not_added")],
)
def test_what_can_be_put_nowhere_is_held(incoming: Incoming, reason: str) -> None:
    decision = went_on(incoming, REFUSED)
    assert decision.state is not None
    assert (decision.state.state, decision.state.reason, decision.state.reply) == ("held", reason, None)
    views = {record.list: record.data is not None for record in decision.records if isinstance(record, View)}
    assert views == {HELD_LIST: True, waiting_list(START.date().isoformat()): False}
    assert (decision.then, decision.messages) == (None, ())


def test_the_customer_is_told_once_the_mail_is_on_the_case() -> None:
    [outgoing] = went_on(waiting("adding"), DONE).messages
    body = outgoing.body
    assert isinstance(body, SendEmail)
    assert (body.contact, body.case, body.automatic, body.answers) == ("C-1", "K", True, "<1@x>")
    assert body.values == {"ticket": {"number": "CAS-1"}}


@pytest.mark.parametrize("state", ["held", "ignored", "done", "contact", "opening"])
def test_an_answer_that_is_not_awaited_changes_nothing(state: str) -> None:
    assert went_on(waiting(state), DONE, stage="adding") == Decision()


UNANSWERED: dict[str, TakeActivity] = {
    "a program": replace(SAID, automatic="bulk"),
    "nobody who reads": replace(SAID, quiet=True),
    "an answer to an automatic one": replace(SAID, answers_automatic=True),
}


@pytest.mark.parametrize("said", UNANSWERED.values(), ids=list(UNANSWERED))
def test_nobody_is_answered_but_people(said: TakeActivity) -> None:
    assert judged(said).reply is None


def judged(said: TakeActivity = SAID, facts: IntakeFacts = KNOWN, held: Correspondent = NEW) -> Incoming:
    new = Incoming(id="A", correspondent=said.correspondent, said=said, received_at=START, state="")
    return judge(new, held, facts, START)


def test_a_person_is_answered_and_not_again_within_the_hour() -> None:
    assert judged().reply == AutoReply("received", "email")
    lately = Correspondent(replied=(START - timedelta(minutes=59),))
    assert judged(held=lately).reply is None
    assert judged(held=Correspondent(replied=(START - timedelta(minutes=61),))).reply is not None


def thread(closed_for: timedelta | None = None, **fields: Any) -> Thread:
    closed: datetime | None = None if closed_for is None else START - closed_for
    held = Thread("K", "C-1", "CAS-1", closed is None, True, closed, "number")
    return replace(held, **fields)


PLACES = [
    (thread(), "adding"),
    (thread(timedelta(days=6)), "reopening"),
    (thread(timedelta(days=7)), "opening"),
    (thread(timedelta(days=1), may_reopen=False), "opening"),
]


@pytest.mark.parametrize(("found", "state"), PLACES)
def test_a_case_of_the_thread_takes_it_as_it_stands(found: Thread, state: str) -> None:
    incoming = judged(facts=replace(KNOWN, thread=found))
    assert (incoming.state, incoming.case, incoming.thread) == (state, "K", "number")
    assert incoming.opening is not None
    assert incoming.opening.conversation == "K"


def test_to_open_it_again_the_devices_guard_is_asked() -> None:
    facts = replace(KNOWN, thread=thread(timedelta(days=1), device="D-1", error_code=11))
    decision = take(Correspondent(), Message("A", START, SAID), facts, START)
    assert decision.then is not None
    assert decision.then.body == ReactivateCase("K", "intake", "D-1", 11)


def test_somebody_unknown_is_registered_first() -> None:
    facts = replace(KNOWN, contacts=(), intake=replace(REPLYING, unknown_sender="create_contact"))
    decision = take(Correspondent(), Message("A", START, SAID), facts, START)
    assert decision.then is not None
    assert isinstance(decision.then.body, PutContact)
    assert (decision.then.body.name, decision.then.body.email) == ("ada", "ada@example.org")
    assert decision.inputs["contacts"] == []


@pytest.mark.parametrize("state", ["done", "adding", "opening"])
def test_only_what_waits_for_a_person_is_released(state: str) -> None:
    body = ReleaseActivity(SAID.correspondent, "A", "kim")
    decision = release(waiting(state), Message("m", START, body), KNOWN, START)
    assert decision == Decision(refused=Refusal("not_held", "state"))
