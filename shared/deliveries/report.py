"""What a provider reports, in any order: an outcome ends what is on its way, an engagement is counted once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.deliveries import interactions, tallies
from shared.deliveries.delivery import Delivery
from shared.deliveries.messages import DeliveryReported
from shared.deliveries.outcome import found, reached
from shared.deliveries.tallies import SENT
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message

NEXT: Mapping[tuple[str, str], str] = {
    ("sending", "delivered"): "delivered",
    ("sent", "delivered"): "delivered",
    ("sending", "failed"): "failed",
    ("sent", "failed"): "failed",
    ("sending", "bounced_hard"): "failed",
    ("sent", "bounced_hard"): "failed",
    ("sending", "bounced_soft"): "failed",
    ("sent", "bounced_soft"): "failed",
}
"""(state, report) to the next state; what is not here leaves the state as it is."""

REASON: Mapping[str, str] = {
    "failed": "provider_rejected",
    "bounced_hard": "bounced_hard",
    "bounced_soft": "bounced_soft",
}
ENGAGEMENTS = ("opened", "clicked", "replied")
MAX_REPORTS = 200
"""Engagements remembered per delivery; a reader who opens a mail more often is counted no further."""


def apply_report(
    delivery: Delivery, message: Message[DeliveryReported], _facts: object, _now: datetime
) -> Decision[Delivery]:
    body = message.body
    if body.report in ENGAGEMENTS:
        return _engaged(delivery, message.id, body)
    state = NEXT.get((delivery.state, body.report))
    if state is None:
        return found(delivery)
    ended = _timed(replace(delivery, state=state, reason=REASON.get(body.report, "")), state, body.at)
    overtook = (SENT,) if state == "delivered" and not delivery.provider_id else ()
    return reached(ended, *overtook, state)


def _engaged(delivery: Delivery, report: str, body: DeliveryReported) -> Decision[Delivery]:
    raised, before = interactions.of_engagement(delivery, report, body), delivery.engagements.get(body.report, 0)
    is_repeat = report in delivery.reports
    if not is_repeat and len(delivery.reports) >= MAX_REPORTS:
        return Decision(raised=raised)
    first = is_repeat or before == 0
    counts_for = tallies.of_engagement(delivery, report, body.report, body.at.date(), is_first=first)
    if is_repeat:
        return Decision(raised=raised, records=counts_for)
    counts = {**delivery.engagements, body.report: before + 1}
    counted = replace(delivery, engagements=counts, reports=(*delivery.reports, report))
    return Decision(state=_timed(counted, body.report, body.at), raised=raised, records=counts_for)


def _timed(delivery: Delivery, name: str, at: datetime) -> Delivery:
    return replace(delivery, times={**delivery.times, name: min(at, delivery.times.get(name, at))})
