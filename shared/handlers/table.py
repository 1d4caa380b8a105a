"""The one dict: message kind to what handles it."""

from collections.abc import Mapping

from shared.deliveries.messages import SmsReceived
from shared.events.messages import TriggerFired
from shared.handlers import (
    agents,
    articles,
    cases,
    contacts,
    deliveries,
    devices,
    entitlements,
    intake,
    journeys,
    tasks,
)
from shared.handlers.surroundings import Surroundings
from shared.journeys.messages import TellWaiters
from shared.journeys.start import StartJourneys
from shared.runtime.handler import AnyHandler, Router
from shared.sla.messages import SlaTick


def handlers(start: StartJourneys, around: Surroundings) -> Mapping[str, AnyHandler]:
    """Return every handler by the kind it handles."""
    return {
        handler.body.kind: handler
        for handler in (
            Router(TriggerFired, start.route),
            Router(TellWaiters, start.tell),
            Router(SmsReceived, around.replies.route),
            *journeys.handlers(around),
            *cases.handlers(around),
            Router(SlaTick, around.sla_ticking.tick),
            *agents.handlers(around),
            *tasks.handlers(),
            *devices.handlers(around),
            *entitlements.handlers(),
            *articles.handlers(),
            *contacts.handlers(),
            *deliveries.handlers(around),
            *intake.handlers(around),
        )
    }
