"""Runs decided once more from what is on record, to see that the same comes of it (I9)."""

from collections.abc import Mapping

from shared.cli import journeys
from shared.cli.services import Services
from shared.definitions.published import Definitions
from shared.journeys.history import Address, read_history
from shared.journeys.replay import Library, differences
from shared.runtime.errors import CarebusError


class NoSuchRun(CarebusError):
    """There is no such run."""


def address_of(text: str) -> Address:
    """Read a run's address as the lists print it; raises NoSuchRun."""
    address = Address.parse(text)
    if address is None:
        raise NoSuchRun(f"{text} is not journey/contact/run, as `carebus journeys runs` prints it.")
    return address


async def replayed(services: Services, addresses: list[Address]) -> Mapping[str, list[str]]:
    """Return per run where today's decisions differ from those on record; raises NoSuchRun."""
    definitions = Definitions(services.store, services.clock)
    library = Library(definitions.journey, definitions.calendar_version)
    found = {}
    for address in addresses:
        history = await read_history(services.store, address)
        if history is None:
            raise NoSuchRun(f"There is no run {address}.")
        found[str(address)] = await differences(history.run, history.steps, library)
    return found


async def all_waiting(services: Services, journey: str) -> list[Address]:
    """Return the runs that wait in a journey."""
    lines = await journeys.runs(services, journey, None, None)
    return [Address(journey, line.contact, line.run) for line in lines]
