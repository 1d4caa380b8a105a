"""Where a contact's browser takes push messages: put, and taken away."""

from dataclasses import replace
from datetime import datetime

from shared.contacts.contact import Contact
from shared.contacts.messages import PutPushSubscription, RemovePushSubscription, fingerprint
from shared.runtime import codec
from shared.runtime.decision import Decision, Refusal
from shared.runtime.envelope import Message


def put_push_subscription(
    contact: Contact, message: Message[PutPushSubscription], _facts: object, _now: datetime
) -> Decision[Contact]:
    """Push there from now on."""
    body = message.body
    if contact.push_said_at is not None and message.time < contact.push_said_at:
        return Decision(refused=Refusal("outdated", "time"))
    point = codec.text({"endpoint": body.endpoint, "p256dh": body.p256dh, "auth": body.auth})
    changed = replace(contact, points={**contact.points, "push": point}, push_said_at=message.time)
    return Decision(state=changed, outcome="subscribed")


def remove_push_subscription(
    contact: Contact, message: Message[RemovePushSubscription], _facts: object, _now: datetime
) -> Decision[Contact]:
    """Push no more, unless the subscription that is meant was replaced meanwhile."""
    meant = message.body.subscription
    held = contact.points.get("push", "")
    if meant and (not held or meant != fingerprint(held)):
        return Decision(outcome="replaced")
    if not meant and contact.push_said_at is not None and message.time < contact.push_said_at:
        return Decision(refused=Refusal("outdated", "time"))
    points = {channel: point for channel, point in contact.points.items() if channel != "push"}
    said_at = contact.push_said_at if meant else message.time
    return Decision(state=replace(contact, points=points, push_said_at=said_at), outcome="unsubscribed")
