"""An import: all commands of a file onto the bus and, where somebody waits, until they are applied."""

from collections.abc import Sequence
from datetime import timedelta

from shared.cli.output import progress
from shared.cli.sending import Command, commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.runtime.envelope import Body


async def run(services: Services, bodies: Sequence[Body], wait_seconds: float | None) -> list[str]:
    """Send, wait if asked to, and return a line for each command that was refused."""
    wanted = commands(bodies, services)
    with progress("Sending", len(wanted)) as advance:
        await send(services, wanted, advance)
    return await refusals(services, wanted, timedelta(seconds=wait_seconds)) if wait_seconds is not None else []


async def refusals(services: Services, wanted: Sequence[Command], patience: timedelta) -> list[str]:
    """Wait until all are applied, and return a line for each that was refused."""
    with progress("Applying", len(wanted)) as advance:
        refused = await until_applied(services, wanted, patience, advance)
    return [f"{one.command.body.kind} {one.command.envelope.id}: refused, {one.reason}" for one in refused]
