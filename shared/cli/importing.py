"""An import: all commands of a file onto the bus and, where somebody waits, until they are applied."""

from collections.abc import Sequence
from datetime import timedelta

from shared.cli.output import progress
from shared.cli.sending import commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.runtime.envelope import Body


async def run(services: Services, bodies: Sequence[Body], wait_seconds: float | None) -> list[str]:
    """Send, wait if asked to, and return a line for each command that was refused."""
    wanted = commands(bodies, services)
    with progress("Sending", len(wanted)) as advance:
        await send(services, wanted, advance)
    if wait_seconds is None:
        return []
    with progress("Applying", len(wanted)) as advance:
        refused = await until_applied(services, wanted, timedelta(seconds=wait_seconds), advance)
    return [f"{one.command.body.kind} {one.command.envelope.id}: refused, {one.reason}" for one in refused]
