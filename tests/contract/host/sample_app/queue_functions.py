"""Queue functions of the sample app: they answer on the queue `seen`, by the SDK as the product does."""

import asyncio
import json
import os
from collections import defaultdict
from typing import Any, List  # noqa: UP035 - the worker library knows no other list

import azure.functions as func
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

BUS = "SampleBus"
blueprint = func.Blueprint()
released: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)


async def _tell(**facts: Any) -> None:
    client = ServiceBusClient.from_connection_string(os.environ[BUS])
    async with client, client.get_queue_sender("seen") as sender:
        await sender.send_messages(ServiceBusMessage(json.dumps(facts, default=str)))


def _facts(message: func.ServiceBusMessage) -> dict[str, Any]:
    return {
        "body": message.get_body().decode(),
        "message_id": message.message_id,
        "delivery_count": message.delivery_count,
        "content_type": message.content_type,
        "correlation_id": message.correlation_id,
        "subject": message.subject,
        "properties": message.application_properties,
        "enqueued": message.enqueued_time_utc,
        "expires": message.expires_at_utc,
        "lock_token": message.lock_token,
        "sequence_number": message.sequence_number,
        "keys": sorted(message.metadata or {}),
    }


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="%WORK_QUEUE%", connection=BUS)
async def on_work(message: func.ServiceBusMessage) -> None:
    await _tell(**_facts(message))


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="failing", connection=BUS)
async def on_failing(message: func.ServiceBusMessage) -> None:
    await _tell(attempt=message.delivery_count)
    if (message.delivery_count or 0) < 3:
        raise ValueError("not yet")


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="slow", connection=BUS)
async def on_slow(message: func.ServiceBusMessage) -> None:
    """Takes as many seconds as the body says, and tells of its start and end."""
    await _tell(started=message.message_id)
    await asyncio.sleep(float(message.get_body()))
    await _tell(finished=message.message_id, attempt=message.delivery_count)


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="held", connection=BUS)
async def on_held(message: func.ServiceBusMessage) -> None:
    """Stays in hand until `release` is called with the message's id."""
    await _tell(started=message.message_id)
    await released[message.message_id].wait()
    await _tell(finished=message.message_id)


@blueprint.route(route="release/{id}", auth_level=func.AuthLevel.ANONYMOUS)
async def release(req: func.HttpRequest) -> func.HttpResponse:
    released[req.route_params["id"]].set()
    return func.HttpResponse()


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="busy", connection=BUS)
async def on_busy(message: func.ServiceBusMessage) -> None:
    """Does nothing, as fast as it can."""


@blueprint.service_bus_queue_trigger(arg_name="messages", queue_name="batch", connection=BUS, cardinality="many")
async def on_batch(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    await _tell(batch=[_facts(message) for message in messages])


@blueprint.service_bus_queue_trigger(
    arg_name="messages", queue_name="batch-failing", connection=BUS, cardinality="many"
)
async def on_failing_batch(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    attempts = [message.delivery_count or 0 for message in messages]
    await _tell(attempts=attempts)
    if min(attempts) < 2:
        raise ValueError("not yet")


@blueprint.service_bus_queue_trigger(arg_name="messages", queue_name="batch-held", connection=BUS, cardinality="many")
async def on_held_batch(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    """Stays in hand until `release` is called with the first message's id."""
    await _tell(bodies=[message.get_body().decode() for message in messages])
    await released[messages[0].get_body().decode()].wait()
