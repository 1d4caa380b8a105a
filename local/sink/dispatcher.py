"""Carries reports to the Service Bus queue, at least once, as Event Grid would."""

import asyncio
import json
import logging

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender

from local.sink.ledger import Ledger
from local.sink.records import Event

RETRY_SECONDS = 0.5
SEND_TIMEOUT_SECONDS = 10
BATCH = 50
REPORT_SECONDS = 0.2
"""A provider's report comes a moment after its answer; one sent at once would overtake the note of its own sending."""

log = logging.getLogger(__name__)


async def dispatch(connection_string: str, queue: str, ledger: Ledger) -> None:
    """Send what is pending, for ever; a bus that is away is asked again until it is back."""
    while True:
        await ledger.unsent.wait()
        try:
            async with (
                ServiceBusClient.from_connection_string(connection_string, retry_total=0) as client,
                client.get_queue_sender(queue) as sender,
            ):
                await send_pending(sender, ledger)
        # All of them: a dying connection surfaces as almost any exception in the SDK.
        except Exception as error:
            log.warning("reports_waiting count=%d error=%s", len(ledger.pending), type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


async def send_pending(sender: ServiceBusSender, ledger: Ledger) -> None:
    """Send as long as it works."""
    while True:
        await ledger.unsent.wait()
        await asyncio.sleep(REPORT_SECONDS)
        events = list(ledger.pending.values())[:BATCH]
        await sender.send_messages([bus_message(event) for event in events], timeout=SEND_TIMEOUT_SECONDS)
        ledger.reported([event["id"] for event in events])
        log.info("reports_sent count=%d", len(events))
        if not ledger.pending:
            ledger.unsent.clear()


def bus_message(event: Event) -> ServiceBusMessage:
    """The event as the body; the message id is kept over repeats, so that duplicate detection sees them."""
    return ServiceBusMessage(
        json.dumps(event).encode(), message_id=event["id"], content_type="application/cloudevents+json"
    )
