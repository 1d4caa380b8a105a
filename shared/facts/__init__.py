"""How one feature's decisions see another feature's rows: read here, and put into the asking feature's words.

Features know of one another only messages. What a decision needs from elsewhere is gathered by these functions,
which the composition root hands to it.
"""

from shared.facts.audiences import audience
from shared.facts.cases import case, covering, device, glance, heir, offer, offers, sla
from shared.facts.contacts import channels, is_contact, members, person, recipient, verdicts, whose_email, whose_phone
from shared.facts.deliveries import delivery, newest_sms

__all__ = [
    "audience",
    "case",
    "channels",
    "covering",
    "delivery",
    "device",
    "glance",
    "heir",
    "is_contact",
    "members",
    "newest_sms",
    "offer",
    "offers",
    "person",
    "recipient",
    "sla",
    "verdicts",
    "whose_email",
    "whose_phone",
]
