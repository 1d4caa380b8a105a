"""`/api/journeys`, `/api/triggers`: journeys with their numbers, who is in them, and what can start them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query

from shared.api import journey_views
from shared.api.access import AgentOrOperator
from shared.api.journey_views import JourneyLine, JourneyView
from shared.api.listing import Listing, Paged, Source
from shared.api.problems import NOT_FOUND
from shared.api.run_views import RunLine, RunView, run_view
from shared.api.services import Provided, Services
from shared.definitions.attributes import Attribute
from shared.definitions.catalogue import Published
from shared.definitions.trigger import Audience, Kind, State
from shared.journeys.counting import WAITING
from shared.journeys.history import Address
from shared.runtime.codec import typed
from shared.runtime.counters import TABLE as COUNTS
from shared.runtime.counters import shards
from shared.runtime.problem import Problem
from shared.runtime.store import Row

JourneyName = Annotated[str, Path(alias="journey", max_length=64)]

router = APIRouter(prefix="/api", tags=["journeys"])


@dataclass(frozen=True, slots=True)
class TriggerView:
    """What can happen, and which journeys it concerns."""

    name: str
    kind: Kind
    state: State
    attributes: Mapping[str, Attribute]
    audience: Audience | None
    table: str | None
    """What a business trigger watches."""
    columns: tuple[str, ...]
    used_in: tuple[str, ...]


@router.get("/journeys")
async def list_journeys(_reader: AgentOrOperator, services: Provided, pager: Paged) -> Listing[JourneyLine]:
    """List all journeys with the numbers of their newest versions, by name."""

    async def items(names: list[str]) -> list[JourneyLine]:
        return await journey_views.lines(services.store, services.definitions, services.clock.now(), names)

    return await pager.read_named(list((await services.definitions.fresh()).journeys), items)


@router.get("/triggers")
async def list_triggers(_reader: AgentOrOperator, services: Provided, pager: Paged) -> Listing[TriggerView]:
    """List all triggers, by name."""
    found = {trigger["name"]: trigger for trigger in journey_views.triggers(await services.definitions.fresh())}

    async def items(names: list[str]) -> list[TriggerView]:
        return [typed(TriggerView, found[name]) for name in names]

    return await pager.read_named(list(found), items)


@router.get("/journeys/{journey}")
async def show_journey(_reader: AgentOrOperator, services: Provided, name: JourneyName) -> JourneyView:
    """Show a journey: its definition, its state, and its exact numbers per version and tile."""
    return await known_view(services, name)


@router.get("/journeys/{journey}/runs")
async def list_runs(
    _reader: AgentOrOperator,
    services: Provided,
    pager: Paged,
    name: JourneyName,
    tile: Annotated[str, Query(max_length=256)] = "",
    version: Annotated[int | None, Query(ge=1)] = None,
) -> Listing[RunLine]:
    """List who waits in a journey, or at a tile, or in a version of it."""
    await known_journey(services, name)

    def line(row: Row) -> RunLine | None:
        is_wanted = tile in ("", row.data["tile"]) and version in (None, row.data["version"])
        return RunLine.of(name, row) if is_wanted else None

    sources = [Source(COUNTS, partition, WAITING) for partition in shards(name)]
    return await pager.read_across(services.store, sources, line)


@router.get("/journeys/{journey}/runs/{contact:path}/{run}")
async def show_run(
    _reader: AgentOrOperator,
    services: Provided,
    name: JourneyName,
    contact: Annotated[str, Path(max_length=256)],
    run: Annotated[str, Path(max_length=64)],
) -> RunView:
    """Show a run with its steps. A slash in the contact's id is written %2F, or as it is."""
    found = await run_view(services.store, Address(name, contact, run))
    if found is None:
        raise Problem(NOT_FOUND, "There is no run with this id for this contact in this journey.")
    return found


async def known_journey(services: Services, name: str) -> Published:
    """Return the journey as it is now; raises Problem (404)."""
    published = (await services.definitions.fresh()).journeys.get(name)
    if published is None:
        raise Problem(NOT_FOUND, "There is no journey with this name.")
    return published


async def known_view(services: Services, name: str) -> JourneyView:
    """Return all that is known of a journey; raises Problem (404)."""
    found = await journey_views.view(services.store, services.definitions, name, services.clock.now())
    if found is None:
        raise Problem(NOT_FOUND, "There is no journey with this name.")
    return found
