"""What is sent, byte for byte: the template filled in, addressed, and marked so that its answer finds the case."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.channels.provider import Outgoing
from shared.definitions.templates import Template, Text, render, tokens
from shared.deliveries.delivery import Delivery
from shared.deliveries.facts import Recipient, SendFacts
from shared.runtime.ids import joined


def rendered(delivery: Delivery, facts: SendFacts, now: datetime) -> tuple[Outgoing, str]:
    """Return the message and its language; raises TemplateError where the values do not fit the template."""
    assert facts.recipient is not None
    assert facts.template is not None
    link = facts.ticket_link(delivery.request.case, now) if delivery.request.case else ""
    values = _values(delivery, facts.recipient, facts.template, link)
    text = render(facts.template, facts.recipient.language, values)
    return _marked(_addressed(delivery, facts.recipient, facts.sender, text, now), delivery, facts), text.language


def _values(delivery: Delivery, recipient: Recipient, template: Template, link: str) -> dict[str, object]:
    """Return what the template's tokens stand for; a token whose optional value is absent stands for nothing."""
    contact = {
        "contact_id": delivery.contact,
        "name": recipient.name,
        "language": recipient.language,
        "time_zone": recipient.time_zone,
        "phone": recipient.points.get("sms"),
        "email": recipient.points.get("email"),
    }
    request = delivery.request
    ticket = {**request.values.get("ticket", {}), "link": link}
    values = {**request.values, "contact": contact, **({"ticket": ticket} if request.case else {})}
    return filled(values, tokens(template))


def filled(values: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Return the values with None at every path that has no value."""
    whole = dict(values)
    for path in paths:
        root, _, rest = path.partition(".")
        if rest:
            whole[root] = filled(whole.get(root) or {}, (rest,))
        else:
            whole.setdefault(root, None)
    return whole


def _addressed(delivery: Delivery, recipient: Recipient, sender: str, text: Text, now: datetime) -> Outgoing:
    return Outgoing(
        channel=delivery.channel,
        to=recipient.points[delivery.channel],
        sender=sender,
        text=text.text,
        subject=text.subject,
        html=text.html,
        link=text.link,
        request_id=request_id(delivery.id, delivery.attempt),
        first_sent=now,
        tag=joined(delivery.contact, delivery.id),
    )


def _marked(outgoing: Outgoing, delivery: Delivery, facts: SendFacts) -> Outgoing:
    """Mark a mail about a case, so that its answer finds it, and one that nobody wrote, so that no program answers."""
    request = delivery.request
    if delivery.channel != "email":
        return outgoing
    unique = f"{delivery.id}.{delivery.attempt}"
    reply_to, message_id = facts.reply_mark(request.case, unique, request.automatic) if request.case else ("", "")
    headers = {"Message-ID": message_id, "In-Reply-To": request.answers, "References": request.answers}
    if request.automatic:  # RFC 3834, 5; the other is what Exchange heeds
        headers |= {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    told = {name: value for name, value in headers.items() if value}
    return replace(outgoing, reply_to=reply_to, headers={**outgoing.headers, **told})


def request_id(delivery: str, attempt: int) -> str:
    """Return the GUID that names this attempt to the provider."""
    return str(UUID(bytes=hashlib.sha256(f"{delivery}/{attempt}".encode()).digest()[:16], version=4))
