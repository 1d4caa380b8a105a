"""The safeguards, each taken away: the simulation must notice, or it proves nothing."""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared.definitions.catalogue import Published
from shared.definitions.states import Phase
from shared.deliveries import send
from shared.deliveries.delivery import Call
from shared.deliveries.perform import Performer
from shared.devices.guard import Guard
from shared.facts import audiences
from shared.journeys import advance, enter, parking, segment_walk, start
from shared.journeys.run import Run, Wait
from shared.runtime import counters, publisher
from shared.runtime.aggregate import Aggregate
from shared.runtime.decision import Decision, Outgoing, Tally
from shared.runtime.envelope import Message
from shared.runtime.ids import derived
from shared.runtime.store import Change, Insert, Replace, Store, Upsert
from tests.simulation import world
from tests.simulation.simulate import simulate

MOST_SEEDS = 400
BEGINS = {"event_is_for_whoever_owns_the_device_now": 250}
"""Seeds to begin with, where only one in some hundreds tells: a device is sold between two deliveries of an event."""

Mutation = Callable[[pytest.MonkeyPatch], None]


def cause_row_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    cause = Aggregate._cause  # noqa: SLF001

    def unchecked(self: Aggregate, *arguments: Any) -> list[Change]:
        return [Upsert(change.key, change.data) for change in cause(self, *arguments) if isinstance(change, Insert)]

    patch.setattr(Aggregate, "_cause", unchecked)


def guard_moves_without_its_etag(patch: pytest.MonkeyPatch) -> None:
    state = Aggregate._state  # noqa: SLF001

    def unguarded(self: Aggregate, decision: Decision[Any], *arguments: Any) -> list[Change]:
        changes = state(self, decision, *arguments)
        if not isinstance(decision.state, Guard):
            return changes
        return [Upsert(change.key, change.data) for change in changes if isinstance(change, Insert | Replace)]

    patch.setattr(Aggregate, "_state", unguarded)


def request_id_is_not_pinned(patch: pytest.MonkeyPatch) -> None:
    perform = Performer.__call__

    async def fresh(self: Performer, call: Call) -> Outgoing:
        return await perform(self, replace(call, outgoing=replace(call.outgoing, request_id=str(uuid.uuid4()))))

    patch.setattr(Performer, "__call__", fresh)


def push_is_repeated_like_an_sms(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send, "REPEATABLE_FOR", {**send.REPEATABLE_FOR, "push": send.TRACKED_FOR})


def token_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    def trusting(run: Run, _token: str) -> Wait | None:
        return run.waiting

    patch.setattr(advance, "awaited_by", trusting)


def waits_are_not_looked_up(patch: pytest.MonkeyPatch) -> None:
    async def nobody(*_arguments: Any) -> list[Outgoing]:
        return []

    patch.setattr(start, "resumes", nobody)


def event_is_for_whoever_owns_the_device_now(patch: pytest.MonkeyPatch) -> None:
    async def unpinned(_store: object, _device: str, _event: str, owner: str) -> str:
        return owner

    patch.setattr(audiences, "_pinned", unpinned)


def occasions_are_not_remembered(patch: pytest.MonkeyPatch) -> None:
    """Each counting has a row of its own, as if nobody had counted the same before."""
    count = counters.count
    numbers = itertools.count()

    async def again(store: Store, tally: Tally) -> None:
        await count(store, replace(tally, once=f"{tally.once}-{next(numbers)}"))

    patch.setattr(publisher, "count", again)


def attempts_are_parked_in_one_row(patch: pytest.MonkeyPatch) -> None:
    def once(message: Message[Any]) -> Decision[Any]:
        return parked(replace(message, attempt=0))

    parked = parking.parked
    for module in (advance, enter):
        patch.setattr(module, "parked", once)


def a_pause_is_not_heeded(patch: pytest.MonkeyPatch) -> None:
    phase = Published.phase

    def blind(self: Published, now: datetime) -> Phase:
        held = phase(self, now)
        return "live" if held == "paused" else held

    patch.setattr(Published, "phase", blind)


def members_are_told_apart_by_who_finds_them(patch: pytest.MonkeyPatch) -> None:
    """The walk and the change of a contact each start a run of their own."""
    numbers = itertools.count()

    def fresh(journey: str, occurrence: str, contact: str) -> str:
        return derived("run", journey, occurrence, contact, str(next(numbers)))

    patch.setattr(segment_walk, "member_run_id", fresh)


@pytest.mark.parametrize(
    ("mutation", "invariants"),
    [
        (cause_row_is_not_checked, ("i2_", "the world broke: Stuck")),
        (guard_moves_without_its_etag, ("i2_occurrences", "i6_")),
        (request_id_is_not_pinned, ("i3_one_message",)),
        (push_is_repeated_like_an_sms, ("i3_one_message",)),
        (token_is_not_checked, ("i5_only",)),
        (waits_are_not_looked_up, ("i5_events",)),
        (event_is_for_whoever_owns_the_device_now, ("i2_one_run",)),
        (occasions_are_not_remembered, ("i7_numbers",)),
        (attempts_are_parked_in_one_row, ("i1_nothing", "i1_runs", "members")),
        (a_pause_is_not_heeded, ("a_paused_journey",)),
        (members_are_told_apart_by_who_finds_them, ("members_enter_once",)),
    ],
)
def test_the_simulation_notices_when(
    mutation: Mutation, invariants: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch)
    monkeypatch.setattr(world, "MAX_STEPS", 20_000)  # what a mutation lets go round for ever is soon given up
    first = BEGINS.get(mutation.__name__, 0)
    for seed in range(first, first + MOST_SEEDS):
        found = [violation for violation in simulate(seed)[1] if violation.startswith(invariants)]
        if found:
            print(f"{mutation.__name__}: seed {seed}: {found[0]}")
            return
    pytest.fail(f"{MOST_SEEDS} seeds did not notice")
