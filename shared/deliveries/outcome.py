"""What follows from the state that a delivery is in: told when it is reached, and again whenever a repeat finds it."""

from shared.contacts.messages import RemovePushSubscription, fingerprint
from shared.deliveries.delivery import Delivery
from shared.deliveries.interactions import of_state
from shared.deliveries.tallies import of_all_states, of_states
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.ids import derived


def reached(delivery: Delivery, *states: str) -> Decision[Delivery]:
    """Commit this state, tell whom it concerns, and count what is new."""
    records = of_states(delivery, *states)
    return Decision(state=delivery, raised=of_state(delivery), messages=_farewell(delivery), records=records)


def found(delivery: Delivery) -> Decision[Delivery]:
    """Change nothing, and tell it again: whoever committed the state may have crashed before telling."""
    return Decision(raised=of_state(delivery), messages=_farewell(delivery), records=of_all_states(delivery))


def _farewell(delivery: Delivery) -> tuple[Outgoing, ...]:
    """A subscription that its push service does not know (any more) is taken away, unless there is a newer one."""
    if delivery.channel != "push" or delivery.reason != "invalid_contact_point" or delivery.outgoing is None:
        return ()
    contact = delivery.request.points_of or delivery.contact
    body = RemovePushSubscription(contact, fingerprint(delivery.outgoing.to))
    return (Outgoing(derived("subscription-gone", delivery.id), body),)
