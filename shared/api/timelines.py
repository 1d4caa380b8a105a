"""Timelines across cases: what happened in all cases of a contact, and what was said in a conversation."""

from collections.abc import Callable, Collection
from typing import Annotated

from fastapi import APIRouter, Path

from shared.api.access import Agent
from shared.api.case_views import Entry
from shared.api.case_work import Kinds
from shared.api.contacts import ContactId, known_contact
from shared.api.listing import Listing, Paged, Source
from shared.api.services import Provided
from shared.cases.timeline import Line, list_of_contact, list_of_conversation
from shared.runtime.codec import typed
from shared.runtime.store import Row

router = APIRouter(prefix="/api", tags=["cases"])


@router.get("/contacts/{contact}/timeline")
async def timeline_of_contact(
    _agent: Agent, services: Provided, pager: Paged, contact_id: ContactId, kind: Kinds = ()
) -> Listing[Entry]:
    """List what happened in all cases of a contact, newest first; with `kind`, only such lines."""
    await known_contact(services, contact_id)
    return await pager.read(services.store, Source("views", list_of_contact(contact_id)), _entries(kind))


@router.get("/conversations/{conversation}/timeline")
async def timeline_of_conversation(
    _agent: Agent,
    services: Provided,
    pager: Paged,
    conversation: Annotated[str, Path(max_length=256)],
    kind: Kinds = (),
) -> Listing[Entry]:
    """List what was said in a conversation, in whatever cases, newest first; with `kind`, only such lines."""
    return await pager.read(services.store, Source("views", list_of_conversation(conversation)), _entries(kind))


def _entries(kinds: Collection[str]) -> Callable[[Row], Entry | None]:
    def entry(row: Row) -> Entry | None:
        line = typed(Line, row.data["data"])
        return Entry.of(line) if not kinds or line.kind in kinds else None

    return entry
