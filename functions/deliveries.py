"""Deliveries: messages to customers go out, and reports about them come back."""

import azure.functions as func

from shared import bootstrap
from shared.deliveries.provider_report import QUEUE as REPORTS

blueprint = func.Blueprint()


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name="send-sms")
async def send_sms(message: func.ServiceBusMessage) -> None:
    """Send one SMS, if the customer may be written to."""
    await bootstrap.services().pipeline.handle("send-sms", message.get_body())


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name="send-email")
async def send_email(message: func.ServiceBusMessage) -> None:
    """Send one e-mail, if the customer may be written to."""
    await bootstrap.services().pipeline.handle("send-email", message.get_body())


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name="send-push")
async def send_push(message: func.ServiceBusMessage) -> None:
    """Send one push message, if the customer may be written to."""
    await bootstrap.services().pipeline.handle("send-push", message.get_body())


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name=REPORTS)
async def apply_report(message: func.ServiceBusMessage) -> None:
    """Apply what the provider reports about one delivery, or what a customer wrote back."""
    services = bootstrap.services()
    await services.pipeline.translate(REPORTS, message.get_body(), services.reports.read)
