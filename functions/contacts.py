"""Contacts and their devices: every change is a command."""

import azure.functions as func

from shared import bootstrap

blueprint = func.Blueprint()


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name="contact-commands")
async def apply_contact_command(message: func.ServiceBusMessage) -> None:
    """Apply one command to one contact or device."""
    await bootstrap.services().pipeline.handle("contact-commands", message.get_body())
