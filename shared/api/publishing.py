"""`POST /api/journeys`: definitions are published, or the caller is told everything that is wrong with them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.api.access import SupervisorOrOperator, same_origin
from shared.api.problems import BROKEN, INVALID, NOT_DOCUMENTS
from shared.api.services import Provided
from shared.definitions.difference import DocumentChange, differences
from shared.definitions.faults import Fault, Invalid
from shared.definitions.loader import Documents, load
from shared.definitions.published import Definitions
from shared.definitions.rehearsal import Forgetful
from shared.runtime.problem import FieldError, Problem

YAML = ("application/yaml", "application/x-yaml", "text/yaml")
BODY = "body.yaml"
"""What a body is called that has no names for its files."""
FileName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Files(BaseModel):
    """Definitions as files: their texts by name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    files: dict[FileName, str] = Field(min_length=1, max_length=500)


@dataclass(frozen=True, slots=True)
class Published:
    """What was published, or with `dry_run` would be: each current document against what was live before."""

    dry_run: bool
    documents: list[DocumentChange]
    live_from: datetime | None
    """By when every process works with it (UTC); null where nothing changed."""


router = APIRouter(prefix="/api/journeys", tags=["journeys"], dependencies=[Depends(same_origin)])

CONTENT = {
    YAML[0]: {"schema": {"type": "string", "description": "YAML, several documents if you like."}},
    "application/json": {"schema": Files.model_json_schema()},
}


@router.post("", openapi_extra={"requestBody": {"required": True, "content": CONTENT}})
async def publish(
    _by: SupervisorOrOperator, request: Request, services: Provided, dry_run: Annotated[bool, Query()] = True
) -> Published:
    """Check definitions together with all that are published, and say what changes; `dry_run=false` publishes them.

    A document takes the place of the published one of its kind and name; what is not in the body stays as it is.
    """
    texts = _texts(request.headers.get("content-type", ""), await request.body())
    before = await services.definitions.fresh()
    standing = await services.definitions.standing()
    documents = await _loaded(texts, standing.sources)
    definitions = services.definitions
    if dry_run:
        definitions = Definitions(Forgetful(services.store), services.clock)
    try:
        changes = await definitions.publish(documents, standing)
    except Invalid as invalid:
        raise _broken(invalid) from None
    is_published = bool(changes) and not dry_run
    live_from = definitions.known_at(services.clock.now()) if is_published else None
    return Published(dry_run, differences(documents, changes, before), live_from)


def _texts(content_type: str, body: bytes) -> Mapping[str, str]:
    """Return the texts by file name; raises Problem, or RequestValidationError as FastAPI does."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in YAML:
        try:
            return {BODY: body.decode()}
        except UnicodeDecodeError:
            raise Problem(INVALID, "The body is not UTF-8.", [FieldError(BODY, "not UTF-8")]) from None
    if media_type != "application/json":
        raise Problem(NOT_DOCUMENTS, "Content-Type is neither application/yaml nor application/json.")
    try:
        return Files.model_validate_json(body).files
    except ValidationError as error:
        faults: list[Any] = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**fault, "loc": ("body", *fault["loc"])} for fault in faults]) from None


async def _loaded(texts: Mapping[str, str], beside: Mapping[Any, Any]) -> Documents:
    """Read them; raises Problem (422) with every fault. In a thread: others are answered meanwhile."""
    try:
        return await asyncio.to_thread(load, texts, beside=beside)
    except Invalid as invalid:
        raise _broken(invalid) from None
    except RecursionError:
        raise _broken(Invalid([Fault(BODY, 0, "nested too deeply")])) from None


def _broken(invalid: Invalid) -> Problem:
    errors = [
        FieldError(f"{fault.file}:{fault.line}" if fault.line else fault.file, fault.reason) for fault in invalid.faults
    ]
    count = len(errors)
    return Problem(BROKEN, f"{count} fault{'' if count == 1 else 's'}; nothing was published.", errors)
