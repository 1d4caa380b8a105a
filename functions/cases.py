"""Cases: every change is a command."""

import azure.functions as func

from shared import bootstrap

blueprint = func.Blueprint()


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name="case-commands")
async def apply_case_command(message: func.ServiceBusMessage) -> None:
    """Apply one command to one case, and answer whoever asked."""
    await bootstrap.services().pipeline.handle("case-commands", message.get_body())
