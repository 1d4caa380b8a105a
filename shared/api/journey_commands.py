"""`POST /api/journeys/{journey}/...`: pausing, resuming, stopping, moving who waits, and trying out."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.api import trial
from shared.api.access import SupervisorOrOperator, same_origin
from shared.api.errand import Errand
from shared.api.journey_views import JourneyView, allowed
from shared.api.journeys import JourneyName, known_journey, known_view
from shared.api.json_only import json_only
from shared.api.moving import Move, preview
from shared.api.problems import INVALID, NOT_NOW
from shared.api.run_views import RunView, run_view
from shared.api.trial import Trial
from shared.definitions.catalogue import Published
from shared.definitions.states import COMES_TO, FINAL
from shared.journeys.history import Address
from shared.journeys.messages import ChangeJourney, EnterJourney, MoveRuns
from shared.runtime.codec import plain
from shared.runtime.problem import FieldError, Problem

Sent = Annotated[Errand, Depends()]
ContactId = Annotated[str, Field(min_length=1, max_length=256)]
Tile = Annotated[str, Field(max_length=256)]


class NotTakenNow(Problem):
    """A 409 that says which commands the journey takes instead."""

    def __init__(self, published: Published) -> None:
        state = "draft" if published.journey.is_draft else published.state
        fault = FieldError("command", "transition_not_allowed")
        super().__init__(NOT_NOW, f"The journey is {state}.", [fault])
        self._allowed = list(allowed(published))

    def body(self) -> dict[str, Any]:
        return super().body() | {"allowed": self._allowed}


@dataclass(frozen=True, slots=True)
class ChangeAccepted:
    """The command is on its way; `location` shows the journey."""

    command: str
    location: str


@dataclass(frozen=True, slots=True)
class TestAccepted:
    """The test run is on its way; `location` shows what becomes of it."""

    run: str
    location: str


@dataclass(frozen=True, slots=True)
class MoveView:
    """Who would land where, or is on their way there; `runs` are counted when it was asked."""

    dry_run: bool
    to_version: int
    moves: tuple[Move, ...]
    location: str
    """Where those who wait are listed."""


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Moving(Body):
    to_version: int = Field(ge=1, le=999_999)
    places: dict[Tile, Tile] = Field(default={}, max_length=500)
    """Tile to the tile where a run that waits there shall wait; one that is not named stays where it is."""
    dry_run: bool = True


class Testing(Body):
    contact: ContactId
    to: ContactId
    """The contact whose contact points get the messages."""
    attributes: dict[str, Any] = Field(default={}, max_length=100)


router = APIRouter(
    prefix="/api/journeys/{journey}", tags=["journeys"], dependencies=[Depends(same_origin), Depends(json_only)]
)


@router.post(
    "/move",
    response_model=MoveView,
    responses={202: {"model": MoveView, "description": "On their way"}, 200: {"description": "With dry_run"}},
)
async def move(by: SupervisorOrOperator, errand: Sent, name: JourneyName, body: Moving) -> Response:
    """Say who would land where in another version; with `dry_run: false`, move them there."""
    published = await known_journey(errand.services, name)
    if published.state in FINAL and not body.dry_run:
        raise NotTakenNow(published)
    services = errand.services
    found = await preview(services.store, services.definitions, name, body.to_version, body.places)
    faults = [each for each in found if isinstance(each, FieldError)]
    if faults:
        raise Problem(INVALID, f"Wrong: {', '.join(fault.field for fault in faults)}.", faults)
    location = f"/api/journeys/{name}/runs"
    told = MoveView(body.dry_run, body.to_version, tuple(each for each in found if isinstance(each, Move)), location)
    if body.dry_run:
        return JSONResponse(plain(told))
    await errand.send(errand.id(by.id, "move", name), MoveRuns(name, body.to_version, body.places))
    return errand.accepted(location, plain(told))


@router.post(
    "/test",
    status_code=202,
    responses={202: {"model": TestAccepted}, 200: {"model": RunView, "description": "Begun, with Prefer: wait"}},
)
async def test(by: SupervisorOrOperator, errand: Sent, name: JourneyName, body: Testing) -> Response:
    """Send a contact through the journey as a test: it counts nowhere, and the messages go to the contact `to`."""
    services = errand.services
    published = await known_journey(services, name)
    if published.state in FINAL:
        raise NotTakenNow(published)
    wanted = Trial(name, body.contact, body.to, body.attributes)
    if faults := await trial.faults(services.store, await services.definitions.current(), wanted):
        raise Problem(INVALID, f"Wrong: {', '.join(fault.field for fault in faults)}.", faults)
    id_ = errand.id(by.id, "test", name)
    address = wanted.address(id_)
    await errand.send_envelope(EnterJourney.queue, wanted.envelope(id_, services.clock.now()))
    location = _location(address)
    found = await errand.until(lambda: run_view(services.store, address))
    return errand.done(location, found) if found else errand.accepted(location, {"run": str(address)})


@router.post(
    "/{command}",
    status_code=202,
    responses={202: {"model": ChangeAccepted}, 200: {"model": JourneyView, "description": "Done, with Prefer: wait"}},
)
async def change(
    by: SupervisorOrOperator, errand: Sent, name: JourneyName, command: Literal["pause", "resume", "stop"], _body: Body
) -> Response:
    """Pause, resume or stop a journey. What it is already is not asked for again."""
    published = await known_journey(errand.services, name)
    location = f"/api/journeys/{name}"
    id_ = errand.id(by.id, command, name)
    is_done = not published.journey.is_draft and published.state in COMES_TO[command]
    if not is_done and command not in allowed(published):
        raise NotTakenNow(published)
    if not is_done:
        await errand.send(id_, ChangeJourney(name, command, by.id))

    async def changed() -> JourneyView | None:
        present = await known_journey(errand.services, name)
        return await known_view(errand.services, name) if present.state in COMES_TO[command] else None

    found = await errand.until(changed)
    return errand.done(location, found) if found else errand.accepted(location, {"command": id_})


def _location(address: Address) -> str:
    return f"/api/journeys/{address.journey}/runs/{quote(address.contact, safe='')}/{address.run}"
