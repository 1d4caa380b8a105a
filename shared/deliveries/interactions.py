"""Interaction triggers: what became of a message, as the journey that sent it hears of it.

Each has an id made of the delivery and of what happened: told again, it is the same event. So it is told whenever the
state is found, not only when it is reached: a crash between the commit and the publishing loses nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from shared.deliveries.delivery import Delivery
from shared.deliveries.messages import DeliveryReported
from shared.events.messages import TriggerFired
from shared.runtime.decision import Outgoing
from shared.runtime.ids import derived

REACHED: Mapping[tuple[str, str], str] = {
    ("sms", "delivered"): "sms-delivered",
    ("sms", "failed"): "sms-failed",
    ("email", "delivered"): "email-delivered",
    ("push", "sent"): "push-delivered",
    ("push", "failed"): "push-failed",
}
"""(channel, state) to its trigger. Nobody reports on a push message: that its service took it is all that is known."""
BOUNCED = "email-bounced"
BOUNCES = ("bounced_hard", "bounced_soft")
ENGAGED: Mapping[str, str] = {"opened": "email-opened", "clicked": "email-link-clicked", "replied": "sms-replied"}


def of_state(delivery: Delivery) -> tuple[Outgoing, ...]:
    """What the state that the delivery is in tells."""
    trigger = REACHED.get((delivery.channel, delivery.state))
    if delivery.channel == "email" and delivery.reason in BOUNCES:
        trigger = BOUNCED
    if trigger is None:
        return ()
    reason = {"reason": delivery.reason} if delivery.reason else {}
    return (_fired(trigger, delivery, delivery.times.get(delivery.state, delivery.requested_at), reason),)


def of_engagement(delivery: Delivery, report: str, body: DeliveryReported) -> tuple[Outgoing, ...]:
    """What one report (by id) of an opening, a click or a reply tells; each is an event of its own."""
    trigger = ENGAGED[body.report]
    if not trigger.startswith(delivery.channel):
        return ()
    more = {"link": body.link, "keyword": body.keyword}
    said = {name: value for name, value in more.items() if value}
    return (_fired(trigger, delivery, body.at, said, report),)


def _fired(trigger: str, delivery: Delivery, at: datetime, more: Mapping[str, str], *occasion: str) -> Outgoing:
    attributes = {
        "delivery": delivery.id,
        "contact": delivery.contact,
        "template": delivery.request.template,
        **more,
    }
    body = TriggerFired(trigger, attributes, at, contact=delivery.contact)
    return Outgoing(derived("interaction", trigger, delivery.id, *occasion), body)
