"""Runs as people see them: who waits, and what became of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from shared.journeys.history import Address, History, read_history
from shared.journeys.run import Run
from shared.runtime.codec import typed
from shared.runtime.step import Step
from shared.runtime.store import Row, Store


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run that waits. Times are UTC."""

    id: str
    """Journey, contact and run, as commands take it."""
    run: str
    contact: str
    version: int
    tile: str
    until: datetime
    test: bool

    @classmethod
    def of(cls, journey: str, row: Row) -> Self:
        address = Address(journey, row.data["contact"], row.data["run"])
        return typed(cls, {"id": str(address), **row.data})


@dataclass(frozen=True, slots=True)
class StepView:
    """What one message did to the run."""

    at: datetime
    kind: str
    outcome: str
    detail: Mapping[str, Any]
    inputs: Mapping[str, Any]
    """What it rested on."""
    sent: tuple[str, ...]
    """The kinds of the messages that went out because of it."""

    @classmethod
    def of(cls, step: Step) -> Self:
        outbox = step.outbox
        parcels = (*outbox.messages, *outbox.raised)
        return cls(step.at, step.kind, step.outcome, step.detail, step.inputs, tuple(one.kind for one in parcels))


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its steps, oldest first."""

    id: str
    run: str
    journey: str
    contact: str
    version: int
    status: str
    reason: str
    """Why it ended, or did not enter; empty otherwise."""
    tile: str | None
    """Where it waits."""
    until: datetime | None
    path: tuple[str, ...]
    entered_at: datetime
    ended_at: datetime | None
    goal_at: datetime | None
    test: bool
    choices: Mapping[str, str]
    event: str
    attributes: Mapping[str, Any]
    steps: tuple[StepView, ...]

    @classmethod
    def of(cls, address: Address, history: History) -> Self:
        run = typed(Run, history.run)
        return cls(
            id=str(address),
            run=run.id,
            journey=run.journey,
            contact=run.contact,
            version=run.version,
            status=run.status,
            reason=run.reason,
            tile=run.waiting.tile if run.waiting else None,
            until=run.waiting.until if run.waiting else None,
            path=run.path,
            entered_at=run.entered_at,
            ended_at=run.ended_at,
            goal_at=run.goal_at,
            test=run.test,
            choices=run.choices,
            event=run.event,
            attributes=run.attributes,
            steps=tuple(StepView.of(typed(Step, step)) for step in history.steps),
        )


async def run_view(store: Store, address: Address) -> RunView | None:
    """Return a run; None where there is none."""
    history = await read_history(store, address)
    return RunView.of(address, history) if history else None
