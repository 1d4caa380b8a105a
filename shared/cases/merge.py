"""Merging cases into one: a process of messages that goes on where it stopped, its progress on the case that stays.

The case that stays names the others (`pending`); each closes as merged and hands over what is open; what happened to it
moves page by page; at its end the case that stays knows it as `merged`, or why it was not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from shared.cases import family, transitions
from shared.cases.case import TABLE, Case, OpenActivity
from shared.cases.decide import changed_meanwhile, closed
from shared.cases.messages import QUEUE, MergeCases, SetParent
from shared.cases.telling import NOTED
from shared.cases.timeline import LINE, Line
from shared.definitions.catalogue import Catalogue
from shared.runtime import codec
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, quoted
from shared.runtime.store import Row, Store
from shared.tasks.messages import MoveTask

MOST = 10
"""Cases that one command merges (DOMAIN.md 5)."""
PAGE = 100
PAGE_CHARACTERS = 100_000
"""A message holds 192 KiB; a line is at most some 40 of them."""


@dataclass(frozen=True, slots=True)
class MergeInto:
    """Close this case as merged into another one of the same customer."""

    kind: ClassVar[str] = "merge_into"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    target: str
    contact: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class MoveLines:
    """Copy a page of this case's timeline to the one it was merged into, and then the next."""

    kind: ClassVar[str] = "move_lines"
    queue: ClassVar[str] = QUEUE

    case: str
    target: str
    after: str = ""
    moved: int = 0


@dataclass(frozen=True, slots=True)
class TakeLines:
    kind: ClassVar[str] = "take_lines"
    queue: ClassVar[str] = QUEUE

    case: str
    source: str
    lines: Mapping[str, Line]
    """By row key."""


@dataclass(frozen=True, slots=True)
class TakeActivities:
    """What is still to be done for a merged case is to be done for this one."""

    kind: ClassVar[str] = "take_activities"
    queue: ClassVar[str] = QUEUE

    case: str
    source: str
    activities: Mapping[str, OpenActivity]


@dataclass(frozen=True, slots=True)
class NoteMerge:
    """A case tells the one that it goes into what came of that."""

    kind: ClassVar[str] = "note_merge"
    queue: ClassVar[str] = QUEUE

    case: str
    source: str
    result: str
    """merged, or the reason why not."""
    moved: int = 0


def merge_cases(case: Case, message: Message[MergeCases], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    body = message.body
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    if reason := _unfit(case, body.sources):
        return Decision(refused=Refusal(reason, "sources"))
    pending = {**case.merging, **dict.fromkeys(body.sources, "pending")}
    asked = tuple(
        Outgoing(derived("merge", message.id, source), MergeInto(source, body.by, case.id, case.contact, body.text))
        for source in body.sources
    )
    answer = Answer({"outcome": "merging", "case_id": case.id, "number": case.number})
    detail = {"sources": list(body.sources)}
    return Decision(replace(case, merging=pending), outcome="merging", answer=answer, messages=asked, detail=detail)


def _unfit(case: Case, sources: tuple[str, ...]) -> str:
    if not sources or len(set(sources)) != len(sources):
        return "named_twice" if sources else "none_named"
    if len(sources) > MOST:
        return "too_many"
    if case.id in sources:
        return "itself"
    return "merged_already" if any(case.merging.get(one) in ("pending", "merged") for one in sources) else ""


def merge_into(case: Case, message: Message[MergeInto], _catalogue: Catalogue, now: datetime) -> Decision[Case]:
    body = message.body
    if reason := _unmergeable(case, body):
        return Decision(refused=Refusal(reason, "case"), messages=(_noted(message, reason),))
    merged = replace(
        case,
        status=transitions.STATUS_OF["merged"],
        status_reason="merged",
        merged_into=body.target,
        closed_at=now,
        children={},
        open_activities={},
    )
    children = tuple(
        Outgoing(derived("moved", message.id, child), SetParent(child, body.by, body.target)) for child in case.children
    )
    activities = TakeActivities(body.target, case.id, dict(case.open_activities))
    handed = (Outgoing(derived("hand-over", message.id), activities),) if case.open_activities else ()
    lines = Outgoing(derived("lines", message.id), MoveLines(case.id, body.target))
    above = family.told(merged, case.version + 1)
    return Decision(
        state=merged, outcome="merged", messages=(*handed, *children, *above, lines), detail={"into": body.target}
    )


def merge_nothing(message: Message[MergeInto], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    return Decision(refused=Refusal("not_found", "case"), messages=(_noted(message, "not_found"),))


def _unmergeable(case: Case, body: MergeInto) -> str:
    if not transitions.is_allowed(case.status_reason, body.kind, "merged"):
        return "case_is_closed"
    if case.contact != body.contact:
        return "another_customer"
    return "is_merging" if "pending" in case.merging.values() else ""


def _noted(message: Message[MergeInto], result: str) -> Outgoing:
    body = message.body
    return Outgoing(derived("merge-result", message.id), NoteMerge(body.target, body.case, result))


class LineMover:
    """Routes a page of a merged case's timeline."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def move(self, message: Message[MoveLines], _now: datetime) -> Decision[None]:
        body = message.body
        page = await self._store.page(TABLE, quoted(body.case), prefix=LINE, after=body.after, limit=PAGE)
        rows: list[Row] = []
        size = 0
        for row in page.rows:
            size += len(codec.text(row.data))
            if rows and size > PAGE_CHARACTERS:
                break
            rows.append(row)
        lines = {row.key: codec.typed(Line, row.data["state"]) for row in rows}
        taken = TakeLines(body.target, body.case, lines)
        told = (Outgoing(derived("lines", message.id), taken),) if lines else ()
        moved = body.moved + len(rows)
        is_last = page.after is None and len(rows) == len(page.rows)
        if is_last:
            note = NoteMerge(body.target, body.case, "merged", moved)
            return Decision(messages=(*told, Outgoing(derived("merge-result", message.id), note)))
        going_on = MoveLines(body.case, body.target, rows[-1].key, moved)
        return Decision(messages=told, then=Outgoing(derived("next", message.id), going_on))


def take_lines(case: Case, message: Message[TakeLines], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Keep them, whatever has become of this case meanwhile."""
    return Decision(state=case, outcome=NOTED, rows=message.body.lines)


def take_activities(
    case: Case, message: Message[TakeActivities], _catalogue: Catalogue, _now: datetime
) -> Decision[Case]:
    activities = message.body.activities
    moved = tuple(Outgoing(derived("move", message.id, task), MoveTask(task, case.id)) for task in activities)
    if not case.is_open:
        return Decision(state=case, outcome=NOTED, messages=moved)
    return Decision(
        state=replace(case, open_activities={**case.open_activities, **activities}), outcome=NOTED, messages=moved
    )


def note_merge(case: Case, message: Message[NoteMerge], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    body = message.body
    merging = {**case.merging, body.source: body.result}
    outcome = "absorbed" if body.result == "merged" else "not_absorbed"
    detail = {"source": body.source, "result": body.result, "lines": body.moved}
    return Decision(state=replace(case, merging=merging), outcome=outcome, detail=detail)
