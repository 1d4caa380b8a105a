"""How a case comes to an agent, and away again: routed, moved, given, released. `placing.py` says where it waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.agents.messages import TakeSlot
from shared.cases.case import Case
from shared.cases.messages import GiveCase, KeepWaiting, MoveToQueue, ReleaseCase, RouteCase, SeekAgent
from shared.cases.placing import freeing, need_of
from shared.cases.replies import answer, changed_meanwhile, closed
from shared.cases.route import rerouted, sent, told
from shared.cases.telling import NOTED
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived


@dataclass(frozen=True, slots=True)
class Search:
    """Who could have a waiting case, best first, and why the others could not."""

    best: tuple[str, ...] = ()
    passed_over: Mapping[str, int] = field(default_factory=dict)
    looked_at: int = 0


def route_case(case: Case, message: Message[RouteCase], catalogue: Catalogue, now: datetime) -> Decision[Case]:
    """Ask the rules anew; a case that is worked on where they lead it is left alone."""
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    if catalogue.routing is None:
        return Decision(refused=Refusal("no_routing"))
    after = rerouted(case, catalogue, now)
    if after is case:
        return Decision(outcome="stays", answer=answer(case, "stays"), detail=told(after))
    return Decision(state=after, outcome="routed", answer=answer(case, "routed"), detail=told(after))


def move_to_queue(case: Case, message: Message[MoveToQueue], catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    queue = message.body.queue_name
    if queue not in catalogue.queues:
        return Decision(refused=Refusal("unknown_queue", "queue"))
    return Decision(
        state=sent(case, catalogue, queue=queue),
        outcome="queued",
        answer=answer(case, "queued"),
        detail={"queue": queue},
    )


def release_case(case: Case, message: Message[ReleaseCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Give it back to its queue, where it keeps its turn."""
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    if not case.worked_by:
        return Decision(refused=Refusal("not_assigned", "worked_by"))
    if message.body.own and message.body.by != case.worked_by:
        return Decision(refused=Refusal("not_theirs", "worked_by"))
    if not case.queue:
        return Decision(refused=Refusal("no_queue", "queue"))
    held = replace(case.assignment, slot="", left_by=case.worked_by)
    return Decision(
        state=replace(case, worked_by="", owner="", assignment=held),
        outcome="released",
        answer=answer(case, "released"),
        detail={"agent": case.worked_by, "queue": case.queue},
    )


def give_case(case: Case, message: Message[GiveCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Take the agent who has taken a slot; who comes too late gets it back, and one who asked by hand is told why."""
    body = message.body
    if body.place and body.place != case.assignment.place:
        return Decision(messages=(freeing(body.agent, case.id, body.slot),))
    if refusal := _refusal(case, message):
        return Decision(refused=refusal, messages=(freeing(body.agent, case.id, body.slot),))
    held = replace(case.assignment, slot=body.slot, place="", left_by="")
    detail = {"agent": body.agent, **told(case), **body.why}
    return Decision(
        state=replace(case, worked_by=body.agent, owner=body.agent, assignment=held),
        outcome="picked" if body.by == body.agent else "assigned",
        answer=answer(case, "assigned"),
        detail=detail | ({"taken_from": case.worked_by} if case.worked_by else {}),
    )


def no_case(message: Message[GiveCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """There is no such case: the slot is free again."""
    body = message.body
    return Decision(refused=Refusal("not_found"), messages=(freeing(body.agent, body.case, body.slot),))


def seek_agent(case: Case, message: Message[SeekAgent], search: Search, _now: datetime) -> Decision[Case]:
    """Ask the best of those who could have it; which one that was stays on record, so that a repeat asks the same."""
    if case.assignment.place != message.body.place:
        return Decision()
    if not search.best:
        waiting = KeepWaiting(case.id, case.assignment.place, search.passed_over, search.looked_at)
        return Decision(outcome=NOTED, then=Outgoing(derived("keep", message.id), waiting))
    first, *others = search.best
    taking = TakeSlot(
        first,
        case.id,
        case.assignment.place,
        need_of(case),
        "case",
        tuple(others),
        search.looked_at,
        search.passed_over,
    )
    return Decision(outcome=NOTED, then=Outgoing(derived("take", message.id, first), taking))


def keep_waiting(case: Case, message: Message[KeepWaiting], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Remember why nobody has it."""
    body = message.body
    if case.assignment.place != body.place:
        return Decision()
    state = replace(case, assignment=replace(case.assignment, passed_over=body.passed_over))
    return Decision(
        state=state, outcome="nobody", detail={"passed_over": body.passed_over, "looked_at": body.looked_at}
    )


def _refusal(case: Case, message: Message[GiveCase]) -> Refusal | None:
    body = message.body
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused.refused
    if case.worked_by == body.agent:
        return Refusal("already_theirs", "worked_by")
    if case.worked_by and not body.takes_away:
        return Refusal("taken", "worked_by")
    return None if body.queue_name in (None, case.queue) else Refusal("moved_on", "queue")
