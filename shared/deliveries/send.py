"""Sending: whether at all, then committed as `sending` before the provider is asked, then what the provider answered.

A provider call is repeated only inside the provider's own idempotency window and with identical bytes (I3); a push
service has none. After a definite refusal that may pass (429, 5xx) a new attempt is made; after an unknown outcome that
no window can clear, the delivery fails as `outcome_unknown` and is never repeated.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from shared.definitions.templates import TemplateError
from shared.deliveries.consent import verdict
from shared.deliveries.delivery import Call, Delivery
from shared.deliveries.facts import SendFacts
from shared.deliveries.messages import SEND, ProviderAnswered, SendEmail, SendMessage, SendPush, SendSms
from shared.deliveries.outcome import found, reached
from shared.deliveries.rendering import rendered
from shared.deliveries.tallies import SENT
from shared.runtime.decision import Decision, Outgoing, Put
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, joined

ATTEMPT_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800))
"""After a definite 429 or 5xx; then `provider_unavailable` (DESIGN.md 11)."""
REPEAT_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 60, 60, 60))
TRACKED_FOR = timedelta(minutes=4, seconds=30)
"""The provider tracks a request for five minutes from its first sending; the rest is for skewed clocks."""
REPEATABLE_FOR: Mapping[str, timedelta] = {"sms": TRACKED_FOR, "email": TRACKED_FOR}
"""Channel to how long a call may be repeated; where it is not named, none ever is."""
CALL_IS_OVER = timedelta(minutes=1)
"""By then a call has ended, whatever became of it."""


def send(message: Message[SendMessage], facts: SendFacts, now: datetime) -> Decision[Delivery]:
    """A new delivery: blocked or failed with a reason, or `sending`."""
    body = message.body
    delivery = Delivery(body.delivery, body.contact, facts.channel, "requested", body, now, test=message.test)
    return _attempt(delivery, facts, now)


def send_again(
    delivery: Delivery, message: Message[SendMessage], facts: SendFacts, now: datetime
) -> Decision[Delivery]:
    """The request came again, or its next attempt or repeat is due."""
    body = message.body
    if delivery.state == "waiting" and body.attempt == delivery.attempt:
        return _attempt(delivery, facts, now)
    if delivery.state == "waiting":
        return Decision(messages=(_next_attempt(delivery),))
    if delivery.state == "sending" and body.attempt == delivery.attempt:
        return _repeat(delivery, now)
    return found(delivery)


def provider_answered(
    delivery: Delivery, message: Message[ProviderAnswered], _facts: object, now: datetime
) -> Decision[Delivery]:
    """Apply what the provider said to the attempt it was said to; a report may have overtaken it."""
    body = message.body
    if body.attempt != delivery.attempt:
        return Decision()
    if body.outcome == "accepted":
        return _accepted(delivery, body, now)
    if delivery.state != "sending":
        return Decision()
    if body.outcome == "unknown" or (body.outcome == "unavailable" and delivery.calls > 1):
        return _wonder(delivery, now)
    if body.outcome == "unavailable":
        return _wait(delivery, body, now)
    reason = body.reason or "provider_rejected" if body.outcome == "rejected" else "outcome_unknown"
    return _failed(delivery, reason, now)


def _attempt(delivery: Delivery, facts: SendFacts, now: datetime) -> Decision[Delivery]:
    consent, reason = _verdict(facts)
    judged = replace(delivery, consent=consent, template_version=facts.template_version)
    if reason is not None:
        return _ended(judged, "blocked", reason, now)
    try:
        outgoing, language = rendered(delivery, facts, now)
    except TemplateError:
        return _failed(judged, "template_error", now)
    sending = replace(judged, state="sending", outgoing=outgoing, language=language, attempt_at=now, calls=1)
    return Decision(state=_timed(sending, "sending", now), call=_call(sending))


def _verdict(facts: SendFacts) -> tuple[str, str | None]:
    """Return the consent status, and the reason that blocks the send or None."""
    if facts.is_stopped:
        return "", "journey_stopped"
    if facts.recipient is None:
        return "", "contact_missing"
    if facts.template is None:
        return "", "template_error"
    if not facts.sender:
        return "", "channel_not_set_up"
    if not facts.recipient.points.get(facts.channel):
        return "", "no_contact_point"
    return verdict(facts.channel, facts.template.purpose, facts.template.topic, facts.recipient.consents)


def _repeat(delivery: Delivery, now: datetime) -> Decision[Delivery]:
    """Ask again with the same request. That it is asked again is committed first.

    A refusal is definite only where it answers the one call that was made: another may have been accepted.
    """
    assert delivery.outgoing is not None
    window = REPEATABLE_FOR.get(delivery.channel)
    if window is None:
        return _look_later(delivery, delivery.outgoing.first_sent + CALL_IS_OVER, now)
    if now - delivery.outgoing.first_sent > window:
        return _failed(delivery, "outcome_unknown", now)
    asked = replace(delivery, calls=delivery.calls + 1)
    return Decision(state=asked, call=_call(asked))


def _look_later(delivery: Delivery, over: datetime, now: datetime) -> Decision[Delivery]:
    """Leave the one call there is to whoever makes it; if it has not ended by then, it crashed with them."""
    if now >= over:
        return _failed(delivery, "outcome_unknown", now)
    message_id = derived("repeat", delivery.id, str(delivery.attempt), "1")
    return Decision(messages=(Outgoing(message_id, _request(delivery, 1), over),))


def _call(delivery: Delivery) -> Call:
    assert delivery.outgoing is not None
    return Call(delivery.contact, delivery.id, delivery.attempt, delivery.calls, delivery.outgoing)


def _accepted(delivery: Delivery, body: ProviderAnswered, now: datetime) -> Decision[Delivery]:
    if delivery.provider_id:
        return Decision()
    state = "sent" if delivery.state == "sending" else delivery.state
    sent = _timed(replace(delivery, state=state, provider_id=body.provider_id), "sent", now)
    return replace(reached(sent, SENT), hints=_reference(sent))


def _reference(delivery: Delivery) -> tuple[Put, ...]:
    """E-mail reports carry the provider's id only; SMS reports bring our tag back.

    Written before the commit: a report is quick, and nobody would write it again after a crash.
    """
    if delivery.channel != "email":
        return ()
    owner = {"contact": delivery.contact, "delivery": delivery.id}
    return (Put("refs", "provider-message", joined(delivery.provider_id), owner),)


def _wait(delivery: Delivery, body: ProviderAnswered, now: datetime) -> Decision[Delivery]:
    if delivery.attempt >= len(ATTEMPT_DELAYS):
        return _failed(delivery, "provider_unavailable", now)
    delay = max(ATTEMPT_DELAYS[delivery.attempt], timedelta(seconds=body.retry_after))
    waiting = replace(delivery, state="waiting", attempt=delivery.attempt + 1, attempt_at=now + delay, outgoing=None)
    return Decision(state=waiting, messages=(_next_attempt(waiting),))


def _wonder(delivery: Delivery, now: datetime) -> Decision[Delivery]:
    """Accepted or not? Within the provider's window an identical repeat will tell."""
    if delivery.channel not in REPEATABLE_FOR or delivery.calls > len(REPEAT_DELAYS):
        return _failed(delivery, "outcome_unknown", now)
    again = _request(delivery, delivery.calls)
    message_id = derived("repeat", delivery.id, str(again.attempt), str(again.repeat))
    return Decision(messages=(Outgoing(message_id, again, now + REPEAT_DELAYS[delivery.calls - 1]),))


def _next_attempt(delivery: Delivery) -> Outgoing:
    again = _request(delivery, 0)
    return Outgoing(derived("attempt", delivery.id, str(delivery.attempt)), again, delivery.attempt_at)


def _request(delivery: Delivery, repeat: int) -> SendSms | SendEmail | SendPush:
    fields = asdict(delivery.request) | {"attempt": delivery.attempt, "repeat": repeat}
    return SEND[delivery.channel](**fields)


def _failed(delivery: Delivery, reason: str, now: datetime) -> Decision[Delivery]:
    return _ended(delivery, "failed", reason, now)


def _ended(delivery: Delivery, state: str, reason: str, now: datetime) -> Decision[Delivery]:
    return reached(_timed(replace(delivery, state=state, reason=reason), state, now), state)


def _timed(delivery: Delivery, state: str, now: datetime) -> Delivery:
    return replace(delivery, times={state: now, **delivery.times})
