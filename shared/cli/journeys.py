"""Journeys for operators: seen, drawn, changed, and tried out."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from shared.api import journey_views, moving, trial
from shared.api.journey_views import JourneyLine, JourneyView
from shared.api.moving import Move
from shared.api.patience import until
from shared.api.run_views import RunLine, RunView, run_view
from shared.api.trial import Trial
from shared.cli.rows import rows
from shared.cli.sending import Command, commands, send
from shared.cli.services import Services
from shared.definitions.catalogue import Catalogue, Published
from shared.definitions.journey import Journey
from shared.definitions.published import Definitions
from shared.definitions.states import COMES_TO
from shared.definitions.trigger import Trigger
from shared.journeys.analytics import TileNumbers, VersionNumbers
from shared.journeys.counting import WAITING
from shared.journeys.history import Address
from shared.journeys.messages import ChangeJourney, EnterJourney, MoveRuns, RepairRuns
from shared.runtime.codec import typed
from shared.runtime.counters import TABLE, shards
from shared.runtime.envelope import opened
from shared.runtime.errors import CarebusError
from shared.runtime.ids import made
from shared.runtime.problem import FieldError


class NoSuchJourney(CarebusError):
    """There is no such journey, or no such version of it."""


class NotPossible(CarebusError):
    """The journey does not take it; what it does take is named."""


async def listed(services: Services) -> list[JourneyLine]:
    return await journey_views.lines(services.store, _definitions(services), services.clock.now())


async def shown(services: Services, name: str) -> JourneyView:
    """Return all that is known of a journey; raises NoSuchJourney."""
    found = await journey_views.view(services.store, _definitions(services), name, services.clock.now())
    if found is None:
        raise NoSuchJourney(f"There is no journey {name}.")
    return found


async def version_of(services: Services, name: str, version: int) -> Journey:
    """Return one version of a journey; raises NoSuchJourney."""
    try:
        return await _definitions(services).journey(name, version)
    except LookupError:
        raise NoSuchJourney(f"There is no journey {name} in version {version}.") from None


def numbers_of(view: JourneyView, version: int) -> VersionNumbers | None:
    return next((each for each in view.versions if each.version == version), None)


def by_tile(numbers: VersionNumbers | None) -> Mapping[str, TileNumbers]:
    return {each.tile: each for each in numbers.tiles} if numbers else {}


async def runs(services: Services, name: str, tile: str | None, version: int | None) -> list[RunLine]:
    """Return who waits, the longest wait last."""
    await known(services, name)
    found = []
    for partition in shards(name):
        async for row in rows(services.store, TABLE, partition, WAITING):
            if tile in (None, row.data["tile"]) and version in (None, row.data["version"]):
                address = Address(name, row.data["contact"], row.data["run"])
                found.append(typed(RunLine, {"id": str(address), **row.data}))
    return sorted(found, key=lambda line: line.until)


async def known(services: Services, name: str) -> Published:
    """Return the journey as it is now; raises NoSuchJourney."""
    return _known(await _definitions(services).fresh(), name)


async def rehearse(services: Services, name: str, command: str) -> str:
    """Say what a command would do; raises NotPossible where the journey does not take it."""
    published = await known(services, name)
    allowed = journey_views.allowed(published)
    if command not in allowed:
        state = "draft" if published.journey.is_draft else published.state
        raise NotPossible(f"{name} is {state}; it takes {' or '.join(allowed) or 'no command'}.")
    waiting = sum((await moving.waiting(services.store, name)).values())
    return f"{name} is {published.phase(services.clock.now())}, and {waiting} wait in it."


async def change(services: Services, name: str, command: str, by: str, wait_seconds: float | None) -> None:
    """Send the command; raises NotPossible where it is not done in time."""
    await send(services, commands([ChangeJourney(name, command, by)], services))
    if wait_seconds is None:
        return

    async def is_done() -> bool | None:
        return (await known(services, name)).state in COMES_TO[command] or None

    if not await until(services.clock, wait_seconds, is_done):
        raise NotPossible(f"It is sent, and was not done within {timedelta(seconds=wait_seconds)}: look again later.")


async def preview(services: Services, name: str, version: int, places: Mapping[str, str]) -> list[Move]:
    """Return who would land where; raises NoSuchJourney, NotPossible."""
    await known(services, name)
    found = await moving.preview(services.store, _definitions(services), name, version, places)
    _complain([each for each in found if isinstance(each, FieldError)])
    return [each for each in found if isinstance(each, Move)]


async def move(services: Services, name: str, version: int, places: Mapping[str, str]) -> None:
    await send(services, commands([MoveRuns(name, version, places)], services))


async def repair(services: Services, name: str) -> None:
    """Have the timers sent again that should have come; raises what `known` does."""
    await known(services, name)
    await send(services, commands([RepairRuns(name)], services))


async def try_out(services: Services, wanted: Trial, wait_seconds: float | None) -> tuple[Address, RunView | None]:
    """Send a contact through a journey as a test; the run is None where it was not waited for, or has not begun."""
    catalogue = await _definitions(services).fresh()
    _known(catalogue, wanted.journey)
    _complain(await trial.faults(services.store, catalogue, wanted))
    id_ = made()
    address, envelope = wanted.address(id_), wanted.envelope(id_, services.clock.now())
    await send(services, [Command(opened(envelope, EnterJourney).body, envelope)])
    return address, await until(services.clock, wait_seconds or 0, lambda: run_view(services.store, address))


async def typed_attributes(services: Services, name: str, given: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return attributes in the types of the journey's trigger; what does not fit stays text, and is told later."""
    catalogue = await _definitions(services).fresh()
    trigger = catalogue.triggers.get(_known(catalogue, name).journey.starts_on)
    return {key: _value(trigger, key, text) for key, text in given}


async def triggers(services: Services) -> list[dict[str, Any]]:
    return journey_views.triggers(await _definitions(services).fresh())


def _value(trigger: Trigger | None, name: str, text: str) -> object:
    attribute = trigger.attributes.get(name) if trigger else None
    if attribute is not None and attribute.type == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if attribute is not None and attribute.type == "number":
        try:
            return int(text) if text.lstrip("-").isdecimal() else float(text)
        except ValueError:
            return text
    return text


def _known(catalogue: Catalogue, name: str) -> Published:
    if name not in catalogue.journeys:
        raise NoSuchJourney(f"There is no journey {name}.")
    return catalogue.journeys[name]


def _complain(faults: Sequence[FieldError]) -> None:
    if faults:
        raise NotPossible("\n".join(f"{fault.field}: {fault.reason}" for fault in faults))


def _definitions(services: Services) -> Definitions:
    return Definitions(services.store, services.clock)
