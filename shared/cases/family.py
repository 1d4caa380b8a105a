"""Cases below another one: one level, and the one above knows which of them are open.

A child is adopted before it says so itself, as a device's guard moves before a case opens: so the case above may for a
moment count one that does not come, and never misses one that is there.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from shared.cases.case import Case, Child
from shared.cases.messages import QUEUE, SetParent
from shared.cases.telling import NOTED
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

MOST = 100
"""Cases below one."""


@dataclass(frozen=True, slots=True)
class AdoptChild:
    """Count a case below this one, and then tell it. Handled where it is asked for, never sent."""

    kind: ClassVar[str] = "adopt_child"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    child: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class AttachCase:
    """The place below another case that this one has been given; None: it stands alone again."""

    kind: ClassVar[str] = "attach_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    parent: str | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class NoteChild:
    """A case tells the one above whether it is open, or that it stands there no longer."""

    kind: ClassVar[str] = "note_child"
    queue: ClassVar[str] = QUEUE

    case: str
    child: str
    is_open: bool
    version: int
    """Of the child: what is older than what is known changes nothing."""
    is_gone: bool = False


async def set_parent(message: Message[SetParent], _now: datetime) -> Decision[None]:
    """Ask the case above first, where there is one to be."""
    body = message.body
    if body.parent is None:
        return Decision(then=Outgoing(message.id, AttachCase(body.case, body.by, None, body.text)))
    return Decision(then=Outgoing(message.id, AdoptChild(body.parent, body.by, body.case, body.text)))


def adopt_child(case: Case, message: Message[AdoptChild], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    child = message.body.child
    if reason := _unfit(case, child):
        return Decision(refused=Refusal(reason, "parent"))
    children = case.children if child in case.children else {**case.children, child: Child(is_open=True, version=0)}
    attached = Outgoing(message.id, AttachCase(child, message.body.by, case.id, message.body.text))
    return Decision(state=replace(case, children=children), outcome="child_added", then=attached)


def _unfit(case: Case, child: str) -> str:
    if child == case.id:
        return "its_own_parent"
    if not case.is_open:
        return "parent_is_closed"
    if case.parent is not None:
        return "parent_is_a_child"
    return "too_many_children" if len(case.children) >= MOST and child not in case.children else ""


def attach_case(case: Case, message: Message[AttachCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    parent, version = message.body.parent, case.version + 1
    if not case.is_open or (case.children and parent is not None):
        reason = "has_children" if case.is_open else "case_is_closed"
        return Decision(refused=Refusal(reason, "parent"), messages=_gone(parent, case.id, version, message))
    left = _gone(case.parent, case.id, version, message) if case.parent not in (None, parent) else ()
    known = (_note(parent, NoteChild(parent, case.id, case.is_open, version), message),) if parent else ()
    outcome = "attached" if parent else "detached"
    answer = Answer({"outcome": outcome, "case_id": case.id, "number": case.number})
    return Decision(state=replace(case, parent=parent), outcome=outcome, answer=answer, messages=(*left, *known))


def attach_nothing(message: Message[AttachCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """There is no such case: the one above, which counts it already, must hear of that."""
    gone = _gone(message.body.parent, message.body.case, 1, message)
    return Decision(refused=Refusal("not_found", "case"), messages=gone)


def note_child(case: Case, message: Message[NoteChild], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    body = message.body
    held = case.children.get(body.child)
    if held is None or held.version >= body.version:
        return Decision()
    children = {**case.children, body.child: Child(body.is_open, body.version)}
    if body.is_gone:
        del children[body.child]
    return Decision(state=replace(case, children=children), outcome=NOTED)


def told(case: Case, version: int) -> tuple[Outgoing, ...]:
    """Return what a case says above when it was opened or closed, which gives it this version."""
    if case.parent is None:
        return ()
    body = NoteChild(case.parent, case.id, case.is_open, version)
    return (Outgoing(derived("child", case.id, str(version)), body),)


def _gone(parent: str | None, child: str, version: int, message: Message[AttachCase]) -> tuple[Outgoing, ...]:
    if parent is None:
        return ()
    return (_note(parent, NoteChild(parent, child, False, version, is_gone=True), message),)


def _note(parent: str, body: NoteChild, message: Message[AttachCase]) -> Outgoing:
    return Outgoing(derived("child", body.child, parent, message.id), body)
