"""Journeys: events start runs, and steps move them."""

import azure.functions as func

from shared import bootstrap
from shared.journeys.tick import envelope as tick

blueprint = func.Blueprint()


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name="trigger-events")
async def start_journeys(message: func.ServiceBusMessage) -> None:
    """Start a run in every journey that the event is for, and wake the runs that wait for it."""
    await bootstrap.services().pipeline.handle("trigger-events", message.get_body())


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name="journey-steps")
async def advance_run(message: func.ServiceBusMessage) -> None:
    """Take a run through its tiles up to the next one that waits."""
    await bootstrap.services().pipeline.handle("journey-steps", message.get_body())


@blueprint.timer_trigger("timer", schedule="0 * * * * *", run_on_startup=False, use_monitor=True)
async def tick_journeys(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """See to what only time does to journeys; every tenth minute, fold their counters too."""
    services = bootstrap.services()
    await services.pipeline.take(tick(services.clock.now()))
