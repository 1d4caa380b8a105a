"""How cases see agents, and agents the cases that wait: read from the lists of queues, whose lines are only hints.

A case writes its line before it reads the agents' lines, and an agent theirs before they read the cases': so of a case
that waits and an agent who could take it, one sees the other. What a line says is asked again where it is decided.
"""

from shared.agents import agent as agents
from shared.agents.fit import Candidate, choose, misfit
from shared.agents.messages import SeekCases
from shared.agents.seek import Found, Waiting
from shared.agents.slots import Glance
from shared.cases import case as cases
from shared.cases.assignment import Search
from shared.cases.messages import AssignCase, PickCase, SeekAgent
from shared.cases.placing import list_of_person, list_of_queue, need_of, waits_at
from shared.cases.reading import find_case
from shared.definitions.published import Definitions
from shared.runtime import codec
from shared.runtime.aggregate import read_head
from shared.runtime.envelope import Message
from shared.runtime.ids import quoted
from shared.runtime.store import Row, Store

VIEWS = "views"
AGENTS_AT_ONCE = 500
CASES_AT_ONCE = 50


class RoutingFacts:
    """Gathers what is asked before a case is given to an agent."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    async def of_search(self, store: Store, _message: Message[SeekAgent], case: cases.Case | None) -> Search:
        """Find out who could take a case: one read of its queue's members, or of the person it was routed to."""
        if case is None:
            return Search()
        found = choose(await _candidates(store, case), need_of(case))
        return Search(found.best, found.passed_over, found.looked_at)

    async def of_seeking(self, store: Store, _message: Message[SeekCases], agent: agents.Agent | None) -> Found:
        """Find the first cases that an agent could take: a read of each of their queues, and of each case found."""
        if agent is None or not agent.free:
            return Found()
        catalogue = await self._definitions.current()
        queues = [name for name in agent.queues if name in catalogue.queues and catalogue.queues[name].is_automatic]
        found = Found()
        for list_ in (*map(list_of_queue, queues), list_of_person(agent.id)):
            found = found.and_(await _waiting(store, list_, agent))
        return found

    async def of_hand(
        self, store: Store, message: Message[PickCase] | Message[AssignCase], _agent: agents.Agent | None
    ) -> Glance | None:
        """See a case as an agent does who wants it; None where there is none."""
        case = await find_case(store, message.body.case)
        if case is None:
            return None
        queue = (await self._definitions.current()).queues.get(case.queue)
        return Glance(case.is_open, case.worked_by, case.queue, queue is not None and queue.is_private)


async def _candidates(store: Store, case: cases.Case) -> list[Candidate]:
    if not case.queue:
        agent = await read_head(store, agents.TABLE, quoted(case.assignment.person), agents.HEAD, agents.Agent)
        return [agent.candidate()] if agent else []
    found: list[Candidate] = []
    after: str | None = ""
    while after is not None:
        page = await store.page(VIEWS, agents.list_of_queue(case.queue), after=after, limit=AGENTS_AT_ONCE)
        found += [codec.typed(Candidate, row.data["data"]) for row in page.rows if row.data["data"] is not None]
        after = page.after
    return found


async def _waiting(store: Store, list_: str, agent: agents.Agent) -> Found:
    """Look through a list until as many cases are found as the agent has slots."""
    found = Found()
    after: str | None = ""
    while after is not None and len(found.cases) < agent.free:
        page = await store.page(VIEWS, list_, after=after, limit=CASES_AT_ONCE)
        for row in page.rows:
            if len(found.cases) == agent.free:
                break
            found = found.and_(await _looked_at(store, list_, row, agent))
        after = page.after
    return found


async def _looked_at(store: Store, list_: str, row: Row, agent: agents.Agent) -> Found:
    line, candidate = codec.typed(cases.Case, row.data["data"]), agent.candidate()
    if line.id in agent.slots.values() or misfit(candidate, need_of(line)):
        return Found(looked_at=1)
    case = await find_case(store, line.id)
    if case is None or not waits_at(case, list_, row.key):
        return Found(stale=((list_, row.key),), looked_at=1)
    need = need_of(case)
    return Found(() if misfit(candidate, need) else (Waiting(case.id, case.assignment.place, need),), looked_at=1)
