"""The safeguards of slots and waiting lists, each taken away: the simulation must notice, or it proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared.agents import fit, slots
from shared.agents.agent import Agent
from shared.cases import assignment, commands, placing
from shared.cases.case import Case
from shared.cases.messages import GiveCase
from shared.cases.turn import turned
from shared.runtime.aggregate import Aggregate
from shared.runtime.decision import Decision
from shared.runtime.store import Change, Insert, Replace, Upsert
from tests.simulation.staff import play

MOST_SEEDS = 400

Mutation = Callable[[pytest.MonkeyPatch], None]


def the_last_slot_is_taken_without_its_etag(patch: pytest.MonkeyPatch) -> None:
    state = Aggregate._state  # noqa: SLF001

    def unguarded(self: Aggregate, decision: Decision[Any], *arguments: Any) -> list[Change]:
        changes = state(self, decision, *arguments)
        if not isinstance(decision.state, Agent):
            return changes
        return [Upsert(change.key, change.data) for change in changes if isinstance(change, Insert | Replace)]

    patch.setattr(Aggregate, "_state", unguarded)


def capacity_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    def generous(candidate: fit.Candidate, need: Any) -> str:
        return misfit(replace(candidate, free=1), need)

    misfit = fit.misfit
    patch.setattr(slots, "misfit", generous)


def who_comes_too_late_keeps_the_slot(patch: pytest.MonkeyPatch) -> None:
    def silent(case: Case, message: Any, *more: Any) -> Decision[Case]:
        decision = assignment.give_case(case, message, *more)
        return decision if decision.state else replace(decision, messages=())

    patch.setitem(commands.TURNED, GiveCase, turned(silent))


def whom_a_search_asked_is_not_on_record(patch: pytest.MonkeyPatch) -> None:
    cause = Aggregate._cause  # noqa: SLF001

    def forgetful(self: Aggregate, decision: Decision[Any], *arguments: Any) -> list[Change]:
        if self._kind == "seek_agent":
            return []
        return cause(self, decision, *arguments)

    patch.setattr(Aggregate, "_cause", forgetful)


def a_place_is_taken_again(patch: pytest.MonkeyPatch) -> None:
    def same(before: Case | None, after: Case, now: datetime) -> Case:
        case = placed(before, after, now)
        place = case.assignment.place.rpartition("~")[0]
        return replace(case, assignment=replace(case.assignment, place=place))

    placed = placing.placed
    patch.setattr(placing, "placed", same)


def who_has_a_slot_again_looks_for_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(slots, "seeking", lambda *_arguments: None)


@pytest.mark.parametrize(
    ("mutation", "told"),
    [
        (the_last_slot_is_taken_without_its_etag, ("slot",)),
        (capacity_is_not_asked_for, ("slots of",)),
        (who_comes_too_late_keeps_the_slot, ("which is not theirs",)),
        (whom_a_search_asked_is_not_on_record, ("which is not theirs",)),
        (a_place_is_taken_again, ("waits", "no slot", "not theirs")),
        (who_has_a_slot_again_looks_for_nothing, ("could take it",)),
    ],
)
def test_the_simulation_notices_when(
    mutation: Mutation, told: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch)
    for seed in range(MOST_SEEDS):
        found = [violation for violation in play(seed)[1] if any(part in violation for part in told)]
        if found:
            print(f"{mutation.__name__}: seed {seed}: {found[0]}")
            return
    pytest.fail(f"{MOST_SEEDS} seeds did not notice")
