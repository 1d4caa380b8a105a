"""`/api/contacts/{contact}/push-subscription`: where a browser takes push messages. Its keys are never shown."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import Agent, same_origin
from shared.api.json_only import json_only
from shared.api.problems import INVALID, NOT_FOUND
from shared.api.services import Provided, Services
from shared.channels.subscription import LONGEST_ENDPOINT, NoSubscription, Subscription
from shared.contacts.contact import HEAD, TABLE, Contact
from shared.contacts.messages import PutPushSubscription, RemovePushSubscription
from shared.runtime import codec
from shared.runtime.aggregate import read_head
from shared.runtime.bus import BusMessage
from shared.runtime.envelope import Envelope
from shared.runtime.ids import derived, made, quoted
from shared.runtime.problem import FieldError, Problem

Id = Annotated[str, Path(alias="contact", max_length=256)]
Key = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The command is on its way; `location` shows the contact."""

    command: str
    contact: str
    location: str


class Keys(BaseModel):
    """The browser's public key and its secret, in base64url."""

    model_config = ConfigDict(extra="forbid", strict=True)

    p256dh: Key
    auth: Key


class BrowserSubscription(BaseModel):
    """What `JSON.stringify(subscription)` gives in a browser."""

    model_config = ConfigDict(extra="forbid", strict=True)

    endpoint: Annotated[str, Field(max_length=LONGEST_ENDPOINT)]
    keys: Keys
    expiration_time: float | None = Field(default=None, alias="expirationTime")


router = APIRouter(
    prefix="/api/contacts/{contact}/push-subscription",
    tags=["contacts"],
    dependencies=[Depends(same_origin)],
    responses={202: {"model": Accepted}},
)


@router.put("", status_code=202, dependencies=[Depends(json_only)])
async def put(_agent: Agent, services: Provided, contact_id: Id, body: BrowserSubscription) -> Response:
    """Push to this browser from now on; it replaces the one before."""
    subscription = Subscription(body.endpoint, body.keys.p256dh, body.keys.auth)
    try:
        subscription.check(local=services.settings.is_development)
    except NoSubscription as error:
        field = error.field if error.field == "endpoint" else f"keys.{error.field}"
        raise Problem(INVALID, f"Wrong: {field}.", [FieldError(field, error.reason)]) from None
    command = PutPushSubscription(contact_id, subscription.endpoint, subscription.p256dh, subscription.auth)
    return await _sent(services, command)


@router.delete("", status_code=202)
async def remove(_agent: Agent, services: Provided, contact_id: Id) -> Response:
    """Push to this contact no more."""
    return await _sent(services, RemovePushSubscription(contact_id))


async def _sent(services: Services, body: PutPushSubscription | RemovePushSubscription) -> Response:
    if await read_head(services.store, TABLE, quoted(body.contact), HEAD, Contact) is None:
        raise Problem(NOT_FOUND, "There is no contact with this id.")
    command, location = made(), f"/api/contacts/{quoted(body.contact)}"
    envelope = Envelope(command, body.kind, services.clock.now(), codec.plain(body))
    await services.bus.send(body.queue, [BusMessage(derived("bus", command, "0", "command"), envelope.encode())])
    accepted = {"command": command, "contact": body.contact, "location": location}
    return JSONResponse(accepted, 202, {"Location": location})
