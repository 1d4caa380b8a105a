"""What a contact agreed to, said on their behalf."""

from datetime import timedelta

from shared.cli.sending import commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.contacts.contact import CHANNELS, PURPOSES, STATUSES
from shared.contacts.messages import SetConsent
from shared.runtime.errors import CarebusError


class NotRecorded(CarebusError):
    """The consent was not recorded."""


def fault(body: SetConsent) -> str | None:
    """Return what is wrong with a consent before it is sent, or None."""
    purpose = body.purpose.partition("/")[0]
    for name, value, allowed in (
        ("CHANNEL", body.channel, CHANNELS),
        ("PURPOSE", purpose, PURPOSES),
        ("STATUS", body.status, STATUSES),
    ):
        if value not in allowed:
            return f"{name} is one of {', '.join(allowed)}."
    return None


async def record(services: Services, body: SetConsent, wait_seconds: float | None) -> None:
    """Send it and, where somebody waits, see that it was recorded; raises NotRecorded."""
    wanted = commands([body], services)
    await send(services, wanted)
    if wait_seconds is not None:
        for refused in await until_applied(services, wanted, timedelta(seconds=wait_seconds)):
            raise NotRecorded(f"The consent was not recorded: {refused.reason}.")
