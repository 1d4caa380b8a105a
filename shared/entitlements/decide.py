"""What each command does to an entitlement's life. Pure: state and message in, decision out."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.entitlements import states
from shared.entitlements.entitlement import Entitlement, line_of
from shared.entitlements.messages import ActivateEntitlement, CancelEntitlement, PutEntitlement, RenewEntitlement
from shared.entitlements.terms import fault_of, following
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived


def draft_entitlement(message: Message[PutEntitlement], _facts: object, now: datetime) -> Decision[Entitlement]:
    body = message.body
    if fault := fault_of(body.terms):
        return Decision(refused=fault)
    drafted = Entitlement(body.entitlement, body.terms, body.terms.total, now, renewal_of=body.renewal_of)
    return _done(drafted, "drafted")


def put_entitlement(
    held: Entitlement, message: Message[PutEntitlement], _facts: object, now: datetime
) -> Decision[Entitlement]:
    """Change a draft; whose it is stays, for a customer's list must not keep what is another's."""
    terms = message.body.terms
    fault = fault_of(terms) or (Refusal("another_customer", "contact") if terms.contact != held.terms.contact else None)
    if fault:
        return Decision(refused=fault)
    return _move(held, message, now, "changed", terms=terms, remaining=terms.total)


def activate_entitlement(
    held: Entitlement, message: Message[ActivateEntitlement], _facts: object, now: datetime
) -> Decision[Entitlement]:
    return _move(held, message, now, "activated", activated_at=now)


def cancel_entitlement(
    held: Entitlement, message: Message[CancelEntitlement], _facts: object, now: datetime
) -> Decision[Entitlement]:
    return _move(held, message, now, "cancelled", cancelled_at=now)


def renew_entitlement(
    held: Entitlement, message: Message[RenewEntitlement], _facts: object, now: datetime
) -> Decision[Entitlement]:
    body = message.body
    terms = following(held.terms)
    if fault_of(terms):
        return Decision(refused=Refusal("out_of_range", "ends_on"))
    draft = PutEntitlement(body.renewal, body.by, terms, renewal_of=held.id)
    then = Outgoing(derived("renewal", message.id), draft)
    return replace(_move(held, message, now, "renewed", renewed_as=body.renewal), then=then)


def _move(
    held: Entitlement, message: Message[Any], now: datetime, outcome: str, **fields: Any
) -> Decision[Entitlement]:
    """Change it if the table has the row from the state it is in to the one it would be in."""
    if message.body.if_version not in (None, held.version):
        return Decision(refused=Refusal("version_changed", "if_version"))
    moved = replace(held, version=held.version + 1, changes=held.changes + 1, **fields)
    if not states.is_allowed(held.state_at(now), message.body.kind, moved.state_at(now)):
        return Decision(refused=Refusal("transition_not_allowed", "state"))
    return _done(moved, outcome)


def _done(entitlement: Entitlement, outcome: str) -> Decision[Entitlement]:
    return Decision(
        state=entitlement,
        outcome=outcome,
        answer=Answer({"outcome": outcome, "entitlement_id": entitlement.id}),
        records=(line_of(entitlement),),
    )
