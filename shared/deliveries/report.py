"""What a provider reports, in any order: an outcome ends what is on its way, an engagement is counted once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.deliveries.delivery import Delivery
from shared.deliveries.interactions import of_engagement
from shared.deliveries.messages import DeliveryReported
from shared.deliveries.outcome import found, reached
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
ENGAGEMENTS = ("opened", "clicked")
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
    return reached(_timed(replace(delivery, state=state, reason=REASON.get(body.report, "")), state, body.at))


def _engaged(delivery: Delivery, report: str, body: DeliveryReported) -> Decision[Delivery]:
    raised = of_engagement(delivery, report, body.report, body.link, body.at)
    if report in delivery.reports:
        return Decision(raised=raised)
    if len(delivery.reports) >= MAX_REPORTS:
        return Decision()
    counts = {**delivery.engagements, body.report: delivery.engagements.get(body.report, 0) + 1}
    counted = replace(delivery, engagements=counts, reports=(*delivery.reports, report))
    return Decision(state=_timed(counted, body.report, body.at), raised=raised)


def _timed(delivery: Delivery, name: str, at: datetime) -> Delivery:
    return replace(delivery, times={**delivery.times, name: min(at, delivery.times.get(name, at))})
