"""What is said to cases."""

from datetime import datetime
from typing import Any

from shared import facts
from shared.cases import assignment, between, commands, coverage, family
from shared.cases import case as cases
from shared.cases import decide as case_decisions
from shared.cases import messages as case_messages
from shared.cases.facts import CaseFacts
from shared.handlers.surroundings import Surroundings
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key, Router
from shared.runtime.ids import quoted
from shared.runtime.store import Store


def handlers(around: Surroundings) -> tuple[AnyHandler, ...]:
    def key(message: Message[Any]) -> Key:
        return Key(cases.TABLE, quoted(message.body.case), cases.HEAD, f"activity:{message.id}")

    async def gathered(store: Store, _message: Message[Any], case: cases.Case | None) -> CaseFacts:
        catalogue = await around.definitions.current()
        return CaseFacts(catalogue, await facts.sla(store, around.definitions, catalogue, case))

    async def opening(
        store: Store, message: Message[case_messages.CreateCase], case: cases.Case | None
    ) -> coverage.Opening[CaseFacts]:
        offers = await facts.offers(store, message.body) if case is None else ()
        return coverage.Opening(await gathered(store, message, case), offers)

    async def open_case(message: Message[case_messages.OpenCase], _now: datetime) -> Decision[None]:
        return case_decisions.open_case(message, await around.definitions.current())

    def changing(body: type[Any]) -> AnyHandler:
        return Handler(body, cases.Case, key, commands.TURNED[body], commands.without_case(body), gathered)

    return (
        Router(case_messages.OpenCase, open_case),
        Router(case_messages.ReactivateCase, case_decisions.reactivate_case),
        Router(case_messages.SetParent, family.set_parent),
        Router(between.MoveLines, around.line_mover.move),
        Handler(
            case_messages.CreateCase,
            cases.Case,
            key,
            case_decisions.created_before,
            coverage.covered(commands.CREATED),
            opening,
            writes_first=True,
        ),
        *(changing(body) for body in commands.TURNED),
        Handler(case_messages.SeekAgent, cases.Case, key, assignment.seek_agent, gather=around.routing_facts.of_search),
    )
