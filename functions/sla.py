"""SLAs: every minute it is read what is due, and each check comes at its very time."""

import azure.functions as func

from shared import bootstrap
from shared.sla.tick import envelope as tick

blueprint = func.Blueprint()


@blueprint.timer_trigger("timer", schedule="0 * * * * *", run_on_startup=False, use_monitor=True)
async def sla_tick(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Schedule the checks that are due soon."""
    services = bootstrap.services()
    await services.pipeline.take(tick(services.clock.now()))


@blueprint.service_bus_queue_trigger("message", connection="ServiceBusConnection", queue_name="sla-checks")
async def check_sla(message: func.ServiceBusMessage) -> None:
    """Let the deadlines of one case take effect that have passed."""
    await bootstrap.services().pipeline.handle("sla-checks", message.get_body())
