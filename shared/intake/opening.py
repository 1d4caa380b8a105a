"""The case that is opened for a message: what the rule says of it, or what the message itself does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.cases.messages import AddActivity, OpenCase
from shared.definitions.bounds import cut, fit
from shared.definitions.conditions import Lookup
from shared.definitions.intake import Create
from shared.definitions.mapping import resolve
from shared.intake.messages import TakeActivity

BY = "intake"
BY_HAND = "by_hand"
"""How a case was found that a person named, or that was opened for the message before."""
ORIGINS: Mapping[str, str] = {"email": "email", "sms": "sms", "webhook": "web"}
TYPES: Mapping[str, str] = {"email": "email", "sms": "sms", "webhook": "conversation"}
"""Channel to the kind of activity that it is on the timeline."""
UNTITLED: Mapping[str, str] = {"email": "E-mail without a subject", "sms": "SMS", "webhook": "Request"}


@dataclass(frozen=True, slots=True)
class Thread:
    """The case that a message belongs to, as it stands."""

    case: str
    contact: str
    number: str
    is_open: bool
    may_reopen: bool
    """Whether such a closed case can become active again; a merged one cannot."""
    closed_at: datetime | None
    how: str
    """address | reference | number | answer | by_hand"""
    device: str | None = None
    error_code: int | None = None
    alert_key: str = ""


def opening_of(
    case: str, said: TakeActivity, contact: str, create: Create | None, lookup: Lookup, thread: Thread | None
) -> OpenCase:
    """Return the case to open. One that goes on from a closed one says so, and is of the same conversation."""
    values = _said(resolve(create.fields, lookup) if create else {})
    text = str(values.get("description", "")) or said.text
    if thread is not None:
        text = f"Goes on from {thread.number}.\n\n{text}"
    return OpenCase(
        case=case,
        contact=contact,
        title=cut(str(values.get("title", "")).strip() or said.subject or UNTITLED[said.channel], "title"),
        description=cut(text, "description"),
        priority=str(values.get("priority", "normal")),
        origin=str(values.get("origin", ORIGINS[said.channel])),
        type=str(values.get("type", "request")),
        subject=str(values.get("subject", "")),
        product=str(values.get("product", "")),
        queue_name=str(values.get("queue", "")),
        sla=str(values.get("sla", "")),
        device=values.get("device"),
        error_code=values.get("error_code"),
        seen=said.at if "error_code" in values else None,
        by=BY,
        conversation=thread.case if thread else case,
    )


def activity_of(said: TakeActivity, case: str, contact: str, conversation: str) -> AddActivity:
    """Return the message as it stands on the case's timeline, with what came along."""
    return AddActivity(
        case,
        TYPES[said.channel],
        by=contact or BY,
        text="\n\n".join(part for part in (_who(said, contact), said.text, _attached(said)) if part),
        subject=said.subject,
        direction="in",
        at=said.at,
        conversation=conversation,
    )


def _who(said: TakeActivity, contact: str) -> str:
    """Say who wrote where it is no contact's: somebody else who had our mail."""
    return "" if contact else f"From: {said.name} {said.address}".replace("  ", " ")


def _attached(said: TakeActivity) -> str:
    listed = [f"- {each.name or 'without a name'} ({each.media_type}, {each.size} bytes)" for each in said.attachments]
    return "\n".join(["Attached, and not kept:", *listed]) if listed else ""


def _said(values: Mapping[str, object]) -> dict[str, Any]:
    """Return what a rule says of a case, as far as a case can hold it; a code from outside may be no whole number."""
    said = fit({name: str(value) for name, value in values.items() if name != "error_code"})
    code = values.get("error_code")
    return {**said, "error_code": int(code)} if isinstance(code, int | float) and code == int(code) else said
