"""An import: all commands of a file onto the bus and, where somebody waits, until they are applied."""

from collections.abc import Sequence
from datetime import timedelta

from shared.cli.output import progress
from shared.cli.sending import Command, commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.contacts.reading import find_contact
from shared.devices.messages import PutDevice
from shared.runtime.envelope import Body


async def run(services: Services, bodies: Sequence[Body], wait_seconds: float | None) -> list[str]:
    """Send, wait if asked to, and return a line for each command that was refused."""
    wanted = commands(bodies, services)
    with progress("Sending", len(wanted)) as advance:
        await send(services, wanted, advance)
    return await refusals(services, wanted, timedelta(seconds=wait_seconds)) if wait_seconds is not None else []


async def unknown_owners(services: Services, devices: Sequence[PutDevice]) -> list[str]:
    """Return the contacts that devices belong to and that are not there: nobody hears of those devices' errors."""
    owners = sorted({device.contact for device in devices})
    unknown = []
    with progress("Looking up", len(owners)) as advance:
        for owner in owners:
            if await find_contact(services.store, owner) is None:
                unknown.append(owner)
            advance(1)
    return unknown


async def refusals(services: Services, wanted: Sequence[Command], patience: timedelta) -> list[str]:
    """Wait until all are applied, and return a line for each that was refused."""
    with progress("Applying", len(wanted)) as advance:
        refused = await until_applied(services, wanted, patience, advance)
    return [f"{one.command.body.kind} {one.command.envelope.id}: refused, {one.reason}" for one in refused]
