"""Cases below another one: one level, and the one above knows which of them are open.

A child is adopted before it says so itself, as a device's guard moves before a case opens: so the case above may for a
moment count one that does not come, and never misses one that is there. What a child says carries its version, and the
newest word counts, in whatever order they come; each adoption is answered, whatever came of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.cases.between import AdoptChild, AttachCase, NoteChild, TakeOver
from shared.cases.case import Case, Child
from shared.cases.messages import CancelCase, ResolveCase, SetParent
from shared.cases.replies import answer
from shared.cases.telling import NOTED
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

MOST = 100
"""Cases below one; as many that are there no longer are remembered, so that no late word brings them back."""
CASCADED_TEXT = 200
"""Characters of its resolution that a case tells those below it: all of them stand in one row, at six bytes each."""
CASES = "carebus/cases"
"""Who acts where one case has an effect on another."""


async def set_parent(message: Message[SetParent], _now: datetime) -> Decision[None]:
    """Ask the case above first, where there is one to be."""
    body = message.body
    if body.parent is None:
        attach = AttachCase(body.case, body.by, None, body.text)
        return Decision(then=Outgoing(message.id, attach, reply_to=message.reply_to))
    adopt = AdoptChild(body.parent, body.by, body.case, body.text)
    return Decision(then=Outgoing(message.id, adopt, reply_to=message.reply_to))


def adopt_child(case: Case, message: Message[AdoptChild], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    body = message.body
    if reason := _unfit(case, body.child):
        return Decision(refused=Refusal(reason, "parent"))
    attach = AttachCase(body.child, body.by, case.id, body.text)
    return Decision(
        state=replace(case, children=adopted(case, {body.child: message.id})),
        outcome="child_added",
        detail={"child": body.child},
        then=Outgoing(message.id, attach, reply_to=message.reply_to),
    )


def _unfit(case: Case, child: str) -> str:
    if child == case.id:
        return "its_own_parent"
    if not case.is_open:
        return "parent_is_closed"
    if case.parent is not None:
        return "parent_is_a_child"
    return "" if child in case.below or room(case) else "too_many_children"


def room(case: Case) -> int:
    """Return how many more cases may stand below this one."""
    return max(MOST - len(case.below), 0) if case.is_open and case.parent is None else 0


def adopted(case: Case, asked: Mapping[str, str]) -> Mapping[str, Child]:
    """Return the children with some more; `asked` says by which message each of them is told."""
    stranger = Child(is_open=False, version=0, is_below=False)
    return {**case.children, **{one: replace(case.children.get(one, stranger), asked=by) for one, by in asked.items()}}


def attach_case(case: Case, message: Message[AttachCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Stand there from now on, and tell the cases that this concerns."""
    body = message.body
    if body.instead_of not in (None, case.parent):
        return Decision(outcome=NOTED, messages=_said(case, body.parent, case.version, message))
    if body.instead_of is None and (reason := _unmovable(case, body)):
        return Decision(refused=Refusal(reason, "parent"), messages=_said(case, body.parent, case.version, message))
    moved, version = replace(case, parent=body.parent), case.version + 1
    outcome = "attached" if body.parent else "detached"
    before = case.parent if case.parent != body.parent else None
    return Decision(
        state=moved,
        outcome=outcome,
        answer=answer(case, outcome),
        detail={"parent": body.parent or before} if body.parent or before else {},
        messages=(*_said(moved, before, version, message), *_said(moved, body.parent, version, message)),
    )


def _unmovable(case: Case, body: AttachCase) -> str:
    if not case.is_open:
        return "case_is_closed"
    return "has_children" if case.below and body.parent is not None else ""


def attach_nothing(message: Message[AttachCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """There is no such case: the one above, which counts it already, must hear of that."""
    body = message.body
    refused: Decision[Case] = Decision(refused=Refusal("not_found", "case"))
    if body.parent is None:
        return refused
    nobody = NoteChild(body.parent, body.case, is_open=False, version=0, is_below=False, answers=message.id)
    return replace(refused, messages=(Outgoing(derived("child", body.case, message.id), nobody),))


def note_child(case: Case, message: Message[NoteChild], catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Know it as it said last. Where children are closed with their parent, one that came too late is closed now."""
    body = message.body
    if case.merged_into is not None:
        return _passed_on(case, case.merged_into, message) if body.is_below else Decision()
    held = case.children.get(body.child) or Child(is_open=False, version=0, is_below=False)
    said = Child(body.is_open, body.version, body.is_below) if body.version > held.version else held
    known = replace(said, asked="" if held.asked == body.answers else held.asked)
    if known == held:
        return Decision()
    after = replace(case, children=_remembered({**case.children, body.child: known}))
    came_late = body.answers and not case.is_open and known.may_be_open and catalogue.policy.closing == "cascade"
    closing = closed_with(after, (body.child,), message.id, CASES) if came_late else ()
    return Decision(state=after, outcome=NOTED, messages=closing)


def _remembered(children: Mapping[str, Child]) -> Mapping[str, Child]:
    """Forget who never was there, and the first of those who have left long ago."""
    left = [one for one, child in children.items() if not child.is_here and child.version]
    kept = {*left[-MOST:], *(one for one, child in children.items() if child.is_here)}
    return {one: child for one, child in children.items() if one in kept}


def _passed_on(case: Case, target: str, message: Message[NoteChild]) -> Decision[Case]:
    """It is below a case that was merged: it belongs below the one that stays."""
    handed = TakeOver(target, case.id, CASES, children=(message.body.child,))
    return Decision(messages=(Outgoing(derived("pass-on", message.id), handed),))


def closed_with(parent: Case, children: tuple[str, ...], cause: str, by: str, **fields: bool) -> tuple[Outgoing, ...]:
    """Return what closes cases with the one above, in the same way; a long text is read there."""
    whole = parent.resolution
    text = whole if len(whole) <= CASCADED_TEXT else f"{whole[: CASCADED_TEXT - 1]}…"

    def closing(child: str) -> ResolveCase | CancelCase:
        if parent.status == "resolved":
            return ResolveCase(child, by, parent.status_reason, text, if_parent=parent.id, **fields)
        return CancelCase(child, by, text, if_parent=parent.id)

    return tuple(Outgoing(derived("cascade", cause, child), closing(child)) for child in children)


def told(case: Case, version: int) -> tuple[Outgoing, ...]:
    """Return what a case says above when it was opened or closed, which gives it this version."""
    if case.parent is None:
        return ()
    body = NoteChild(case.parent, case.id, case.is_open, version)
    return (Outgoing(derived("child", case.id, str(version)), body),)


def _said(case: Case, above: str | None, version: int, message: Message[AttachCase]) -> tuple[Outgoing, ...]:
    """Return what a case says to another one that is, was or should be above it."""
    if above is None:
        return ()
    answers = message.id if above == message.body.parent else ""
    body = NoteChild(above, case.id, case.is_open, version, case.parent == above, answers)
    return (Outgoing(derived("child", case.id, above, message.id), body),)
