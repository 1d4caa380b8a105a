"""What a device's recovery does: it resolves the case of its error, or is noted; where the error comes and goes, later.

A recovery counts only for what was seen before it. The case is resolved at the epoch that the guard holds: one that a
later alert has opened again is another epoch, and stays open.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.cases.messages import ResolveCase
from shared.definitions.policy import Policy
from shared.devices.guard import (
    DEVICE,
    SOON,
    Glance,
    Guard,
    GuardFacts,
    Standing,
    answer_of,
    finish,
    heard,
    noted_on,
    settled_at,
    standing,
)
from shared.devices.messages import RecoverAlert, SettleAlert
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

WORKS = "The device reports that it works again."


def recover_first(message: Message[RecoverAlert], _facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """No guard yet: remember it, for the alert that it has overtaken."""
    seen = min(message.body.seen, now)
    blank = Guard("", 0, "", now, None, None, None, message.id, 0, seen, seen, recovered_at=seen)
    return Decision(state=blank, outcome="nothing_open", answer=answer_of(blank, "nothing_open"))


def recover_alert(guard: Guard, message: Message[RecoverAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Resolve the case, or note that the device works; what is older than the last alert says nothing about it."""
    seen = min(message.body.seen, now)
    if seen < guard.last_seen:
        return Decision(outcome="outdated", answer=answer_of(guard, "outdated"))
    recovered = replace(heard(guard, facts.policy.flapping, now), recovered_at=seen)
    return RECOVERY[standing(guard, facts.held)](recovered, message, facts, now)


def settle_alert(guard: Guard, message: Message[SettleAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """It was quiet for long enough, unless something was heard meanwhile: resolve the case if it is still open."""
    stands = standing(guard, facts.held)
    if guard.token != message.body.token:
        return Decision()
    if stands == "pending":
        again = Outgoing(derived("settle", message.id), message.body, at=now + SOON)
        return Decision(messages=(again,), then=finish(guard))
    calm = replace(guard, token="", is_flapping=False, turns=())
    if stands != "open" or facts.held is None or facts.policy.recovery == "note":
        return Decision(state=calm, outcome="settled")
    return _resolved(calm, facts.held, message.id)


def _resolve(guard: Guard, message: Message[RecoverAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    assert facts.held is not None
    if facts.policy.recovery == "note" or guard.is_guest:
        noted = _noted(replace(guard, token=""))
        return noted if guard.is_flapping else replace(noted, then=noted_on(guard, message.id, WORKS))
    if patience := _patience(guard, facts.policy):
        return _settling(guard, message, now + patience)
    return _resolved(replace(guard, token=""), facts.held, message.id)


def _wait(guard: Guard, message: Message[RecoverAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """The case is only being opened: look again when it is there."""
    if facts.policy.recovery == "note":
        return _noted(guard)
    return _settling(guard, message, now + max(SOON, _patience(guard, facts.policy)))


def _nothing(guard: Guard, _message: Message[RecoverAlert], _facts: GuardFacts, _now: datetime) -> Decision[Guard]:
    return Decision(state=guard, outcome="nothing_open", answer=answer_of(guard, "nothing_open"))


def _twice(guard: Guard, _message: Message[RecoverAlert], _facts: GuardFacts, _now: datetime) -> Decision[Guard]:
    return _noted(guard)


RECOVERY: Mapping[Standing, Callable[[Guard, Message[RecoverAlert], GuardFacts, datetime], Decision[Guard]]] = {
    "none": _nothing,
    "pending": _wait,
    "open": _resolve,
    "resolving": _twice,
    "resolved": _nothing,
    "cancelled": _nothing,
    "merged": _nothing,
}
"""What a recovery does, by how the guard's case stands."""


def _resolved(guard: Guard, held: Glance, cause: str) -> Decision[Guard]:
    body = ResolveCase(guard.case, DEVICE, text=WORKS, if_epoch=held.epoch)
    return Decision(
        state=replace(guard, resolving=cause),
        outcome="resolved",
        detail={"case": guard.case},
        answer=answer_of(guard, "resolved"),
        then=Outgoing(derived("recovered", cause), body),
    )


def _noted(guard: Guard) -> Decision[Guard]:
    return Decision(state=guard, outcome="noted", detail={"case": guard.case}, answer=answer_of(guard, "noted"))


def _settling(guard: Guard, message: Message[RecoverAlert], at: datetime) -> Decision[Guard]:
    noted = _noted(replace(guard, token=message.id))
    return replace(noted, messages=settled_at(at, message.id, message.body.partition, message.body.row))


def _patience(guard: Guard, policy: Policy) -> timedelta:
    """How long it must be quiet before the case is resolved."""
    return policy.flapping.quiet if guard.is_flapping and policy.flapping else timedelta()
