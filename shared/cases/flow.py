"""A case in a business process flow: from stage to stage, each with what must be done before the next."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cases.case import PREFIX, Case, lookup
from shared.cases.messages import AbandonProcess, MoveStage, StartProcess, TickStep
from shared.cases.progress import Passage, Progress
from shared.cases.replies import answer, changed_meanwhile, closed
from shared.definitions.catalogue import Catalogue
from shared.definitions.conditions import MISSING
from shared.definitions.process import Process, Stage, Step
from shared.runtime.decision import Decision, Refusal
from shared.runtime.envelope import Message

STAGE = "stage:"


def start_process(case: Case, message: Message[StartProcess], catalogue: Catalogue, now: datetime) -> Decision[Case]:
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    process = catalogue.processes.get(message.body.process)
    if process is None:
        return Decision(refused=Refusal("unknown_process", "process"))
    held = case.process
    if held and held.state == "active" and held.process == process.name:
        return Decision(refused=Refusal("already_so", "process"))
    begun = Progress(process.name, process.stages[0].id, now, held.n + 1 if held else 1)
    rows = _left(held, "switched", now) if held and held.state == "active" else {}
    return _moved(case, begun, "process_started", rows, begun.stage)


def move_stage(case: Case, message: Message[MoveStage], catalogue: Catalogue, now: datetime) -> Decision[Case]:
    """Go on where all that is required is done, or back whatever is."""
    refused, progress, process = _under_way(case, message, catalogue)
    if refused or progress is None or process is None:
        return refused or Decision()
    stage, following, wanted = process.stage(progress.stage), process.after(progress.stage), message.body.to
    is_on = stage is not None and wanted in ("", following.id if following else "")
    if stage and is_on and (missing := unfinished(case, stage, now)):
        return Decision(refused=Refusal("step_required", f"steps.{missing[0]}"))
    if is_on and following is None:
        finished = replace(progress, state="finished", n=progress.n + 1, entered_at=now, done=())
        return _moved(case, finished, "process_finished", _left(progress, "finished", now), "")
    to = following.id if is_on and following else wanted
    if not is_on and to not in _ways_back(process, progress.stage):
        return Decision(refused=Refusal("not_a_stage_to_go_to", "to"))
    entered = replace(progress, stage=to, entered_at=now, n=progress.n + 1, done=())
    return _moved(case, entered, "stage_entered", _left(progress, to, now), to)


def _ways_back(process: Process, stage: str) -> list[str]:
    """Return the stages before this one; all of them where the process, as it is now, does not have it any more."""
    names = [each.id for each in process.stages]
    return names[: names.index(stage)] if stage in names else names


def tick_step(case: Case, message: Message[TickStep], catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    refused, progress, process = _under_way(case, message, catalogue)
    if refused or progress is None or process is None:
        return refused or Decision()
    stage, wanted = process.stage(progress.stage), message.body.step
    if stage is None or wanted not in [step.id for step in stage.steps if not step.column]:
        return Decision(refused=Refusal("not_a_step_to_tick", "step"))
    done = tuple(sorted({*progress.done, wanted} if message.body.done else {*progress.done} - {wanted}))
    return _moved(case, replace(progress, done=done), "step_done" if message.body.done else "step_undone", {}, wanted)


def abandon_process(
    case: Case, message: Message[AbandonProcess], catalogue: Catalogue, now: datetime
) -> Decision[Case]:
    refused, progress, _ = _under_way(case, message, catalogue)
    if refused or progress is None:
        return refused or Decision()
    left = replace(progress, state="abandoned", n=progress.n + 1, entered_at=now, done=())
    return _moved(case, left, "process_abandoned", _left(progress, "abandoned", now), "")


def unfinished(case: Case, stage: Stage, now: datetime) -> list[str]:
    """Return the required steps of the stage that are not done."""
    return [step.id for step in stage.steps if step.required and not is_done(case, step, now)]


def is_done(case: Case, step: Step, now: datetime) -> bool:
    """True where its column is filled or, without one, its box is ticked."""
    if step.column:
        return lookup(case, now)(f"{PREFIX}{step.column}") is not MISSING
    return case.process is not None and step.id in case.process.done


def _under_way(
    case: Case, message: Message[Any], catalogue: Catalogue
) -> tuple[Decision[Case] | None, Progress | None, Process | None]:
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused, None, None
    progress = case.process
    if progress is None or progress.state != "active":
        return Decision(refused=Refusal("no_process", "process")), None, None
    process = catalogue.processes.get(progress.process)
    if process is None:
        return Decision(refused=Refusal("unknown_process", "process")), None, None
    return None, progress, process


def _left(progress: Progress, to: str, now: datetime) -> dict[str, Passage]:
    passage = Passage(progress.process, progress.stage, progress.entered_at, now, to, progress.done)
    return {f"{STAGE}{progress.n:04d}": passage}


def _moved(case: Case, progress: Progress, outcome: str, rows: dict[str, Passage], what: str) -> Decision[Case]:
    detail = {"process": progress.process, **({"step" if "step" in outcome else "stage": what} if what else {})}
    return Decision(
        state=replace(case, process=progress),
        outcome=outcome,
        answer=answer(case, outcome),
        detail=detail,
        rows=dict(rows),
    )
