"""Merging cases into one: a process of messages that goes on where it stopped, its progress on the case that stays.

The case that stays names the others (`pending`), and until each has answered it is neither closed nor merged itself.
Each of them closes as merged and hands over what is open; what happened to it is copied page by page; with the last
page the case that stays knows it as `merged`. One that refuses says why.
"""

from dataclasses import replace
from datetime import datetime

from shared.cases import family, transitions
from shared.cases.between import AttachCase, MergeInto, MoveLines, NoteMerge, TakeLines, TakeOver
from shared.cases.case import MOST_ACTIVITIES, TABLE, Case
from shared.cases.messages import MergeCases
from shared.cases.replies import answer, changed_meanwhile, closed
from shared.cases.telling import NOTED
from shared.cases.timeline import LINE, Line, begun_at
from shared.definitions.catalogue import Catalogue
from shared.runtime import codec
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, quoted
from shared.runtime.store import MAX_CHANGES, Row, Store
from shared.tasks.messages import MoveTask

MOST = 10
"""Cases that one command merges (DOMAIN.md 5)."""
PAGE = MAX_CHANGES - 65
"""Lines that are taken in one transaction; beside them stand the head and what the step and the SLA leave."""
PAGE_CHARACTERS = 100_000
"""A message holds 192 KiB; a line is at most some 40 of them."""


def merge_cases(case: Case, message: Message[MergeCases], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    body = message.body
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    if reason := _unfit(case, body.sources):
        return Decision(refused=Refusal(reason, "sources"))
    pending = {**case.merging, **dict.fromkeys(body.sources, "pending")}
    room = max(MOST_ACTIVITIES - len(case.open_activities), 0) // len(body.sources)
    asked = tuple(
        Outgoing(
            derived("merge", message.id, source),
            MergeInto(source, body.by, case.id, case.contact, body.text, case.parent, room),
        )
        for source in body.sources
    )
    detail = {"sources": list(body.sources)}
    return Decision(
        replace(case, merging=pending), outcome="merging", answer=answer(case, "merging"), messages=asked, detail=detail
    )


def _unfit(case: Case, sources: tuple[str, ...]) -> str:
    if not sources or len(set(sources)) != len(sources):
        return "named_twice" if sources else "none_named"
    if len(sources) > MOST:
        return "too_many"
    if case.id in sources:
        return "itself"
    return "merged_already" if any(case.merging.get(one) in ("pending", "merged") for one in sources) else ""


def merge_into(case: Case, message: Message[MergeInto], catalogue: Catalogue, now: datetime) -> Decision[Case]:
    body = message.body
    if reason := _unmergeable(case, body, catalogue):
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
    version = case.version + 1
    handed = TakeOver(body.target, case.id, body.by, case.open_activities, case.below, begun_at(now, version))
    return Decision(
        state=merged,
        outcome="merged",
        messages=family.told(merged, version),
        detail={"into": body.target},
        then=Outgoing(derived("hand-over", message.id), handed),
    )


def merge_nothing(message: Message[MergeInto], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    return Decision(refused=Refusal("not_found", "case"), messages=(_noted(message, "not_found"),))


def _unmergeable(case: Case, body: MergeInto, catalogue: Catalogue) -> str:
    if not transitions.is_allowed(case.status_reason, body.kind, "merged"):
        return "case_is_closed"
    if not catalogue.policy.may_follow(case.status_reason, "merged"):
        return "transition_not_in_policy"
    if case.contact != body.contact:
        return "another_customer"
    if case.is_merging:
        return "is_merging"
    if len(case.open_activities) > body.room:
        return "too_many_activities"
    return "has_children" if case.below and body.parent not in (None, case.id) else ""


def _noted(message: Message[MergeInto], reason: str) -> Outgoing:
    body = message.body
    return Outgoing(derived("merge-result", message.id), NoteMerge(body.target, body.case, reason))


def take_over(case: Case, message: Message[TakeOver], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Count as open what the other one counted. Cases for which there is no place below this one stand alone."""
    body = message.body
    if case.merged_into is not None:
        return Decision(then=Outgoing(message.id, replace(body, case=case.merged_into)))
    stays = replace(case, parent=None) if case.parent == body.source else case
    asked = {one: derived("moved", message.id, one) for one in body.children if one != case.id}
    placed = dict([*asked.items()][: family.room(stays)])
    after = replace(
        stays,
        open_activities={**case.open_activities, **body.activities},
        children=family.adopted(case, placed),
    )
    moved = [
        Outgoing(asked[one], AttachCase(one, body.by, case.id if one in placed else None, instead_of=body.source))
        for one in asked
    ]
    moved += [Outgoing(derived("move", message.id, task), MoveTask(task, case.id)) for task in body.activities]
    copying = MoveLines(body.source, case.id, body.lines)
    return Decision(
        state=after,
        outcome=NOTED,
        messages=tuple(moved),
        then=Outgoing(derived("lines", message.id), copying) if body.lines else None,
    )


class LineMover:
    """Routes a page of a merged case's timeline: what happened until then, which no later line is among."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def move(self, message: Message[MoveLines], _now: datetime) -> Decision[None]:
        body = message.body
        page = await self._store.page(TABLE, quoted(body.case), prefix=LINE, after=body.after, limit=PAGE)
        rows = _fitting(page.rows)
        is_last = page.after is None and len(rows) == len(page.rows)
        lines = {f"{row.key}~{quoted(body.case)}": codec.typed(Line, row.data["state"]) for row in rows}
        taken = TakeLines(body.target, body.case, lines, body.moved + len(rows), after="" if is_last else rows[-1].key)
        return Decision(then=Outgoing(derived("take", message.id), taken))


def _fitting(rows: tuple[Row, ...]) -> list[Row]:
    """Return the first of the rows, as many as one message holds, and one at least."""
    fitting: list[Row] = []
    size = 0
    for row in rows:
        size += len(codec.text(row.data))
        if fitting and size > PAGE_CHARACTERS:
            break
        fitting.append(row)
    return fitting


def take_lines(case: Case, message: Message[TakeLines], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Keep them, and go on; with the last ones the merge is done."""
    body = message.body
    if body.after:
        following = Outgoing(derived("lines", message.id), MoveLines(body.source, case.id, body.after, body.moved))
        return Decision(state=case, outcome=NOTED, rows=body.lines, then=following)
    return Decision(
        state=replace(case, merging={**case.merging, body.source: "merged"}),
        outcome="absorbed",
        rows=body.lines,
        detail={"source": body.source, "lines": body.moved},
    )


def note_merge(case: Case, message: Message[NoteMerge], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Another one does not become part of this case; one that has by now stays what it is."""
    body = message.body
    if case.merging.get(body.source) != "pending":
        return Decision()
    return Decision(
        state=replace(case, merging={**case.merging, body.source: body.reason}),
        outcome="not_absorbed",
        detail={"source": body.source, "reason": body.reason},
    )
