"""The doors for events from outside: HTTP with a function key, signed webhooks, and the queue device-events."""

import azure.functions as func

from functions.http import HttpBlueprint, answer
from shared import bootstrap
from shared.events.ingest import QUEUE

blueprint = HttpBlueprint()


@blueprint.route("api/events", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
async def ingest_http(req: func.HttpRequest) -> func.HttpResponse:
    """Take CloudEvents from whoever holds a function key."""
    accepted = await bootstrap.services().ingest.from_http(req.headers, req.get_body())
    return answer(accepted, 202)


@blueprint.route("api/webhooks/{sender}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def ingest_webhook(req: func.HttpRequest) -> func.HttpResponse:
    """Take CloudEvents from a sender that signs them."""
    sender = req.route_params["sender"]
    accepted = await bootstrap.services().ingest.from_http(req.headers, req.get_body(), sender)
    return answer(accepted, 202)


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name=QUEUE, connection="ServiceBusConnection")
async def ingest_bus(message: func.ServiceBusMessage) -> None:
    """Take one CloudEvent from a bus producer."""
    services = bootstrap.services()
    await services.pipeline.translate(QUEUE, message.get_body(), services.ingest.from_bus)
