"""Taking a message, going on with it, releasing it: what is decided goes out in the same invocation.

Each thing that is done for a message answers, and only then the next one is done: a case that cannot be opened again is
followed by a new one, and what cannot be put anywhere is held. Nothing that came is lost without a word.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cases.messages import ReactivateCase
from shared.contacts.messages import PutContact
from shared.definitions.intake import Limit
from shared.deliveries.messages import SEND
from shared.intake.correspondent import ROW, WAITING, Correspondent, Incoming, lines
from shared.intake.greeting import greetable
from shared.intake.judge import judge, judge_by_hand
from shared.intake.messages import QUEUE, ContinueActivity, ReleaseActivity, TakeActivity
from shared.intake.opening import BY, activity_of
from shared.intake.rules import IntakeFacts
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal
from shared.runtime.envelope import Body, Message, ReplyTo
from shared.runtime.ids import derived


def take_first(message: Message[TakeActivity], facts: IntakeFacts, now: datetime) -> Decision[Correspondent]:
    """The first message from this address."""
    return take(Correspondent(), message, facts, now)


def take(
    held: Correspondent, message: Message[TakeActivity], facts: IntakeFacts, now: datetime
) -> Decision[Correspondent]:
    """Judge it, count it, and begin what shall be done; what is over the limit is not counted."""
    said = message.body
    new = Incoming(id=message.id, correspondent=said.correspondent, said=said, received_at=now, state="")
    incoming = judge(new, held, facts, now)
    limit = facts.intake.limit if facts.intake else Limit()
    after = held if incoming.reason == "too_many" else held.took(limit, now)
    if incoming.reply is not None:
        after = after.was_replied_to(now)
    following = _following(incoming)
    return replace(
        following,
        state=after,
        outcome=incoming.state,
        detail=_told(incoming),
        inputs=facts.recorded(),
        rows={f"{ROW}{incoming.id}": incoming},
    )


def go_on(incoming: Incoming, message: Message[ContinueActivity], _facts: object, _now: datetime) -> Decision[Incoming]:
    """Do what comes next; an answer that is not awaited (any more) changes nothing."""
    body = message.body
    if body.stage != incoming.state or incoming.state not in WAITING:
        return Decision()
    return _moved(incoming, NEXT[incoming.state](incoming, body.answer))


def release(
    incoming: Incoming, message: Message[ReleaseActivity], facts: IntakeFacts, now: datetime
) -> Decision[Incoming]:
    """Do what a person wants with what is held, was ignored, or waits in vain."""
    body = message.body
    if not incoming.may_be_released(now) or (body.ignore and incoming.state == "ignored"):
        return Decision(refused=Refusal("not_held", "state"))
    if not facts.chosen:
        return Decision(refused=Refusal("not_found", "case" if body.case else "contact"))
    if len(facts.contacts) > 1 and not facts.contact and not body.ignore:
        return Decision(refused=Refusal("several_contacts", "contact"))
    if not facts.contacts and not facts.thread and not body.ignore and incoming.said.channel == "webhook":
        return Decision(refused=Refusal("unknown_sender", "contact"))
    return _moved(incoming, judge_by_hand(incoming, body, facts, now))


def _moved(before: Incoming, after: Incoming) -> Decision[Incoming]:
    incoming = replace(after, version=before.version + 1)
    answer = Answer({"outcome": incoming.state})
    return replace(
        _following(incoming, before.state),
        state=incoming,
        outcome=incoming.state,
        detail=_told(incoming),
        answer=answer,
    )


def _after_contact(incoming: Incoming, _answer: Mapping[str, Any]) -> Incoming:
    """Refused or not, the contact is there: only newer words about it refuse these."""
    return replace(incoming, state="opening")


def _after_reopening(incoming: Incoming, _answer: Mapping[str, Any]) -> Incoming:
    """Refused or not: another answer may have opened the case already, and one that stays closed says so itself."""
    return replace(incoming, state="adding")


def _after_opening(incoming: Incoming, answer: Mapping[str, Any]) -> Incoming:
    """Go on to the case that was opened; an alert may have gone to one that was open already."""
    if _is_refused(answer):
        return replace(incoming, state="held", reason="not_opened", reply=None)
    case, number = answer["case_id"], answer["number"]
    return replace(incoming, state="adding", case=case, number=number, is_opened=True)


def _after_adding(incoming: Incoming, answer: Mapping[str, Any]) -> Incoming:
    """A case that was closed meanwhile does not take it: another one goes on from it."""
    if not _is_refused(answer):
        return replace(incoming, state="done", number=answer["number"])
    if incoming.is_opened:
        return replace(incoming, state="held", reason="not_added", reply=None)
    return replace(incoming, state="opening")


NEXT: Mapping[str, Callable[[Incoming, Mapping[str, Any]], Incoming]] = {
    "contact": _after_contact,
    "reopening": _after_reopening,
    "opening": _after_opening,
    "adding": _after_adding,
}
"""State to what follows from the answer that it waits for (I4)."""


def _is_refused(answer: Mapping[str, Any]) -> bool:
    return bool(answer["outcome"] == "refused")


def _following(incoming: Incoming, before: str = "") -> Decision[Any]:
    """Return what goes out because of the state that a message is in."""
    if incoming.state in WAITING:
        asked = Outgoing(
            derived("intake", incoming.id, incoming.state, str(incoming.version)),
            ASKED[incoming.state](incoming),
            reply_to=_back(incoming),
        )
        return Decision(then=asked, records=lines(incoming, before))
    return Decision(messages=_replies(incoming), records=lines(incoming, before))


def _registration(incoming: Incoming) -> PutContact:
    """Register whoever wrote under a name that may be greeted: somebody will know better."""
    said = incoming.said
    return PutContact(
        incoming.contact,
        greetable(said.name, said.address),
        email=said.address if said.channel == "email" else "",
        phone=said.address if said.channel == "sms" else "",
    )


def _reopening(incoming: Incoming) -> ReactivateCase:
    return ReactivateCase(incoming.case, BY, incoming.device, incoming.error_code, alert_key=incoming.alert_key)


def _opening(incoming: Incoming) -> Body:
    assert incoming.opening is not None
    return incoming.opening


def _adding(incoming: Incoming) -> Body:
    assert incoming.opening is not None
    return activity_of(incoming.said, incoming.case, incoming.contact, incoming.opening.conversation)


ASKED: Mapping[str, Callable[[Incoming], Body]] = {
    "contact": _registration,
    "reopening": _reopening,
    "opening": _opening,
    "adding": _adding,
}
"""State to what is asked for in it."""


def _back(incoming: Incoming) -> ReplyTo:
    place = {"correspondent": incoming.correspondent, "activity": incoming.id, "stage": incoming.state}
    return ReplyTo(QUEUE, ContinueActivity.kind, place)


def _replies(incoming: Incoming) -> tuple[Outgoing, ...]:
    if incoming.state != "done" or incoming.reply is None:
        return ()
    delivery = derived("auto-reply", incoming.id)
    body = SEND[incoming.reply.channel](
        delivery,
        incoming.contact,
        incoming.reply.template,
        {"ticket": {"number": incoming.number}},
        case=incoming.case,
        automatic=True,
        answers=incoming.said.message_id,
    )
    return (Outgoing(delivery, body),)


def _told(incoming: Incoming) -> dict[str, Any]:
    told = {
        "reason": incoming.reason,
        "rule": incoming.rule,
        "case": incoming.case,
        "thread": incoming.thread,
        "by": incoming.by,
    }
    return {name: value for name, value in told.items() if value}
