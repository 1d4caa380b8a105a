"""What shall become of a message: the limits first, then the rules, then who may."""

from dataclasses import replace
from datetime import datetime

from shared.definitions.intake import Create, Ignore, Intake, Rule, Update
from shared.intake.automatic import OWN
from shared.intake.correspondent import AutoReply, Correspondent, Incoming
from shared.intake.messages import ReleaseActivity
from shared.intake.opening import BY_HAND, Thread, opening_of
from shared.intake.rules import IntakeFacts, first_match, lookup_of
from shared.runtime.ids import derived

WRITES_FROM_AN_ADDRESS = ("email", "sms")
"""Channels whose unknown senders can become contacts."""


def contact_of(correspondent: str) -> str:
    """Name the contact that an unknown sender becomes: the same one, however many messages come at once."""
    return derived("contact", correspondent)


def case_of(incoming: Incoming) -> str:
    """Name the case that is opened for a message; each time that it is judged anew it is another one."""
    return derived("case", incoming.id, str(incoming.version))


def judge(incoming: Incoming, held: Correspondent, facts: IntakeFacts, now: datetime) -> Incoming:
    """Return the message with its state: held or ignored with the reason, or what is done first."""
    intake, said = facts.intake, incoming.said
    if said.automatic == OWN:
        return _ended(incoming, "ignored", "own_message")
    if intake is None:
        return _ended(incoming, "held", "no_intake")
    if held.is_over(intake.limit, now):
        return _ended(incoming, "held", "too_many")
    if len(facts.contacts) > 1 and not facts.contact:
        return _ended(incoming, "held", "several_contacts")
    rule = first_match(intake, lookup_of(said, facts, now), facts)
    if rule is None:
        return _ended(incoming, "held", "no_rule")
    ruled = replace(incoming, rule=rule.name, contact=facts.contact)
    if rule.ends is not None:
        return _ended(ruled, "ignored" if isinstance(rule.ends, Ignore) else "held", rule.ends.reason)
    if rule.require_entitlement and not facts.entitlement:
        return _ended(ruled, "held", "no_entitlement")
    judged = _taken(ruled, intake, rule, facts, now)
    return replace(judged, reply=_reply(judged, held, rule, facts, now))


def judge_by_hand(incoming: Incoming, message: ReleaseActivity, facts: IntakeFacts, now: datetime) -> Incoming:
    """Return the message as a person decided: limits and policies do not hold it, nobody is replied to."""
    released = replace(incoming, by=message.by, reason="", rule="", contact=facts.contact, is_opened=False, reply=None)
    is_placed = facts.thread is not None and facts.thread.how == BY_HAND
    if message.ignore:
        return _ended(released, "ignored", "by_hand")
    lookup = lookup_of(incoming.said, facts, now)
    rule = first_match(facts.intake, lookup, facts) if facts.intake else None
    if rule is None or rule.ends is not None or is_placed:
        rule = Rule("", create=Create(), update=Update() if facts.thread else None)
    opened = replace(released, rule=rule.name)
    if facts.thread and rule.update:
        return _on_thread(opened, rule, facts.thread, facts, now, by_hand=is_placed)
    return _to_open(opened, rule, facts, now)


def _taken(incoming: Incoming, intake: Intake, rule: Rule, facts: IntakeFacts, now: datetime) -> Incoming:
    if facts.thread and rule.update:
        return _on_thread(incoming, rule, facts.thread, facts, now)
    if facts.contact:
        return _to_open(incoming, rule, facts, now)
    if intake.unknown_sender == "reject":
        return _ended(incoming, "ignored", "unknown_sender")
    if intake.unknown_sender == "hold" or incoming.said.channel not in WRITES_FROM_AN_ADDRESS:
        return _ended(incoming, "held", "unknown_sender")
    return _to_open(incoming, rule, facts, now)


def _to_open(incoming: Incoming, rule: Rule, facts: IntakeFacts, now: datetime) -> Incoming:
    """Open a case; for an unknown sender, who becomes a contact first."""
    contact = incoming.contact or contact_of(incoming.correspondent)
    lookup = lookup_of(incoming.said, facts, now)
    opening = opening_of(case_of(incoming), incoming.said, contact, rule.create, lookup, None)
    if rule.require_entitlement:
        opening = replace(opening, entitlement=facts.entitlement or None)
    state = "opening" if incoming.contact else "contact"
    return replace(incoming, state=state, contact=contact, opening=opening)


def _on_thread(
    incoming: Incoming, rule: Rule, thread: Thread, facts: IntakeFacts, now: datetime, *, by_hand: bool = False
) -> Incoming:
    """Add it to the thread's case. Whoever answered our mail may write: what must be opened is the customer's."""
    lookup = lookup_of(incoming.said, facts, now)
    opening = opening_of(case_of(incoming), incoming.said, thread.contact, rule.create, lookup, thread)
    placed = replace(
        incoming,
        case=thread.case,
        number=thread.number,
        thread=thread.how,
        opening=opening,
        device=thread.device,
        error_code=thread.error_code,
        alert_key=thread.alert_key,
    )
    if thread.is_open:
        return replace(placed, state="adding")
    assert rule.update is not None
    closed_for = now - thread.closed_at if thread.closed_at else None
    in_time = by_hand or (closed_for is not None and closed_for < rule.update.reopen_within)
    return replace(placed, state="reopening" if thread.may_reopen and in_time else "opening")


def _reply(incoming: Incoming, held: Correspondent, rule: Rule, facts: IntakeFacts, now: datetime) -> AutoReply | None:
    """Return the automatic reply: to a person, to the customer alone, not too often, and never to an answer to one."""
    said, channel = incoming.said, facts.templates.get(rule.auto_reply)
    goes_ahead = incoming.state not in ("held", "ignored") and channel is not None
    is_theirs = incoming.opening is not None and incoming.contact == incoming.opening.contact
    no_loop = not (said.automatic or said.quiet or said.answers_automatic) and held.may_be_replied_to(now)
    return AutoReply(rule.auto_reply, str(channel)) if goes_ahead and is_theirs and no_loop else None


def _ended(incoming: Incoming, state: str, reason: str) -> Incoming:
    return replace(incoming, state=state, reason=reason)
