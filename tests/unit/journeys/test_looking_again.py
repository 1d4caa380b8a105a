"""What a run begins to wait for may be so already: its message was answered before, and as the wait wants it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.deliveries.messages import DeliveryReported
from shared.events.messages import TriggerFired
from shared.journeys.run import delivery_id
from tests.unit.journeys.playing import Play

HOUR = timedelta(hours=1)
TEXT = """
journey: j
starts_on: alarm
tiles:
- {id: mail, send_email: letter}
- {id: p, wait: {for: PT1H}}
- {id: w, if_then: {trigger: %s, within: P1D, yes: [{exit: was_so}], no: [{exit: was_not}]}}
---
trigger: email-link-clicked
kind: interaction
attributes: {delivery: reference, contact: reference, link: {type: text, optional: true}}
audience: {attribute: contact}
---
trigger: email-bounced
kind: interaction
attributes: {delivery: reference, contact: reference, reason: {type: text, optional: true}}
audience: {attribute: contact}
"""


@pytest.mark.parametrize(
    ("wait", "report", "expected"),
    [
        ("email-link-clicked", "clicked", "was_so"),
        ("email-link-clicked", "opened", "was_not"),
        ("email-link-clicked, where: {attribute: event.link, op: eq, value: buy}", "clicked", "was_not"),
        ("email-bounced", "bounced_hard", "was_so"),
        ("email-bounced", "delivered", "was_not"),
        ("email-bounced, where: {attribute: event.reason, op: eq, value: bounced_hard}", "bounced_hard", "was_so"),
        ("email-bounced, where: {attribute: event.reason, op: eq, value: bounced_hard}", "bounced_soft", "was_not"),
    ],
)
async def test_what_was_so_before_the_wait_is_yes_where_it_is_what_is_waited_for(
    wait: str, report: str, expected: str
) -> None:
    said: Mapping[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True}
    play = Play()
    await play.contact(email="c@example.com")
    await play.publish(TEXT % wait)
    await play.say(TriggerFired("alarm", said, play.clock.now(), contact="C-1"), "e1")
    [run] = await play.runs()
    link = "help" if report == "clicked" else ""
    await play.say(DeliveryReported("C-1", delivery_id(run, "mail"), report, play.clock.now(), link=link))
    await play.wait(48 * HOUR)
    assert await play.ends() == {"e1": expected}
