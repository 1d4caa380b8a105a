"""A case in its business process flow, as the API shows it."""

from dataclasses import dataclass
from datetime import datetime

from shared.cases.case import TABLE, Case
from shared.cases.flow import STAGE, is_done
from shared.cases.progress import Passage, Progress
from shared.definitions.catalogue import Catalogue
from shared.definitions.process import Process
from shared.runtime.codec import typed
from shared.runtime.ids import quoted
from shared.runtime.store import Store

MOST_PASSAGES = 200


@dataclass(frozen=True, slots=True)
class StepView:
    step: str
    title: str
    column: str
    """Of the case, which must be filled; empty: a box to tick."""
    required: bool
    done: bool


@dataclass(frozen=True, slots=True)
class PassageView:
    """A stage that the case has left, and how long it was there (seconds)."""

    process: str
    stage: str
    entered_at: datetime
    left_at: datetime
    to: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ProcessView:
    """`stages` are all of the process, `steps` those of the stage the case is in, `path` the way it took."""

    process: str
    state: str
    stage: str
    entered_at: datetime | None
    seconds_in_stage: float | None
    stages: tuple[str, ...]
    steps: tuple[StepView, ...]
    path: tuple[PassageView, ...]


async def process_of(store: Store, catalogue: Catalogue, case: Case, now: datetime) -> ProcessView:
    """Return the stage a case is in, what is still to be done there, and the way it took."""
    page = await store.page(TABLE, quoted(case.id), prefix=STAGE, limit=MOST_PASSAGES)
    path = tuple(_passage(typed(Passage, row.data["state"])) for row in page.rows)
    progress = case.process
    if progress is None:
        return ProcessView("", "none", "", None, None, (), (), path)
    process = catalogue.processes.get(progress.process)
    is_active = progress.state == "active"
    return ProcessView(
        process=progress.process,
        state=progress.state,
        stage=progress.stage if is_active else "",
        entered_at=progress.entered_at if is_active else None,
        seconds_in_stage=(now - progress.entered_at).total_seconds() if is_active else None,
        stages=tuple(stage.id for stage in process.stages) if process else (),
        steps=_steps(case, progress, process, now) if is_active else (),
        path=path,
    )


def _steps(case: Case, progress: Progress, process: Process | None, now: datetime) -> tuple[StepView, ...]:
    stage = process.stage(progress.stage) if process else None
    steps = stage.steps if stage else ()
    return tuple(StepView(step.id, step.title, step.column, step.required, is_done(case, step, now)) for step in steps)


def _passage(one: Passage) -> PassageView:
    seconds = (one.left_at - one.entered_at).total_seconds()
    return PassageView(one.process, one.stage, one.entered_at, one.left_at, one.to, seconds)
