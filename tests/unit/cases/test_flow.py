"""A case goes through the stages of a process: on where all that is required is done, back whatever is."""

from dataclasses import replace
from typing import Any

import pytest

from shared.cases.case import Case
from shared.cases.commands import CHANGES
from shared.cases.flow import is_done, unfinished
from shared.cases.messages import AbandonProcess, MoveStage, StartProcess, TickStep
from shared.cases.progress import Passage, Progress
from shared.definitions.catalogue import Catalogue
from shared.definitions.process import Process, Stage, Step
from shared.runtime.decision import Decision, Refusal
from shared.runtime.envelope import Body
from tests.unit.cases.building import CASE, LATER, NOON, case, message

IDENTIFY = Stage(
    "identify", "Identify", (Step("product", "Product", "product", required=True), Step("similar", "Seek"))
)
RESEARCH = Stage("research", "Research", (Step("cause", "The cause is known", required=True),))
RESOLVE = Stage("resolve", "Resolve", ())
USUAL = Process("usual", "The usual way", (IDENTIFY, RESEARCH, RESOLVE))
SHORT = Process("short", "The short way", (RESOLVE,))
CATALOGUE = Catalogue({}, {}, {}, processes={"usual": USUAL, "short": SHORT})


def at(stage: str, n: int = 1, **fields: Any) -> Case:
    return case(product="P-7", process=Progress("usual", stage, NOON, n, **fields))


def decided(held: Case, body: Body, catalogue: Catalogue = CATALOGUE) -> Decision[Case]:
    return CHANGES[type(body)](held, message(body), catalogue, LATER)


def progress(decision: Decision[Case]) -> Progress:
    assert decision.refused is None
    assert decision.state is not None
    assert decision.state.process is not None
    return decision.state.process


def test_a_process_begins_at_its_first_stage() -> None:
    decision = decided(case(), StartProcess(CASE, "kim", "usual"))
    assert progress(decision) == Progress("usual", "identify", LATER)
    assert (decision.outcome, decision.rows) == ("process_started", {})
    assert decision.detail == {"process": "usual", "stage": "identify"}


def test_the_process_that_a_case_is_in_is_left_for_another_one() -> None:
    decision = decided(at("research", 2, done=("cause",)), StartProcess(CASE, "kim", "short"))
    assert progress(decision) == Progress("short", "resolve", LATER, 3)
    assert decision.rows == {"stage:0002": Passage("usual", "research", NOON, LATER, "switched", ("cause",))}


@pytest.mark.parametrize("state", ["finished", "abandoned"])
def test_a_process_that_is_over_can_be_started_again(state: str) -> None:
    decision = decided(at("resolve", 4, state=state), StartProcess(CASE, "kim", "usual"))
    assert (progress(decision), decision.rows) == (Progress("usual", "identify", LATER, 5), {})


@pytest.mark.parametrize(("process", "reason"), [("usual", "already_so"), ("unheard", "unknown_process")])
def test_a_process_that_cannot_be_started_says_why(process: str, reason: str) -> None:
    assert decided(at("research"), StartProcess(CASE, "kim", process)).refused == Refusal(reason, "process")


@pytest.mark.parametrize("to", ["", "research"])
def test_the_next_stage_is_entered_by_name_or_without(to: str) -> None:
    decision = decided(at("identify"), MoveStage(CASE, "kim", to))
    assert progress(decision) == Progress("usual", "research", LATER, 2)
    assert decision.rows == {"stage:0001": Passage("usual", "identify", NOON, LATER, "research")}


def test_what_is_required_must_be_done_first() -> None:
    blank = replace(at("identify"), product="")
    assert decided(blank, MoveStage(CASE, "kim")).refused == Refusal("step_required", "steps.product")
    assert decided(at("research"), MoveStage(CASE, "kim")).refused == Refusal("step_required", "steps.cause")
    assert decided(at("research", done=("cause",)), MoveStage(CASE, "kim")).refused is None


def test_the_way_back_is_free() -> None:
    decision = decided(at("resolve", 3), MoveStage(CASE, "kim", "identify"))
    assert progress(decision) == Progress("usual", "identify", LATER, 4)
    assert decision.outcome == "stage_entered"


@pytest.mark.parametrize(("stage", "to"), [("identify", "resolve"), ("research", "research"), ("research", "unheard")])
def test_no_stage_is_skipped_or_entered_twice(stage: str, to: str) -> None:
    refused = decided(at(stage, done=("cause",)), MoveStage(CASE, "kim", to)).refused
    assert refused == Refusal("not_a_stage_to_go_to", "to")


def test_after_the_last_stage_the_process_is_over() -> None:
    decision = decided(at("resolve", 3), MoveStage(CASE, "kim"))
    assert progress(decision) == Progress("usual", "resolve", LATER, 4, state="finished")
    assert decision.rows == {"stage:0003": Passage("usual", "resolve", NOON, LATER, "finished")}
    assert decided(decision.state or case(), MoveStage(CASE, "kim")).refused == Refusal("no_process", "process")


def test_from_a_stage_that_the_process_has_no_more_every_other_one_can_be_entered_by_name() -> None:
    gone = at("an-earlier-one")
    assert decided(gone, MoveStage(CASE, "kim")).refused == Refusal("not_a_stage_to_go_to", "to")
    assert progress(decided(gone, MoveStage(CASE, "kim", "research"))).stage == "research"
    assert decided(gone, TickStep(CASE, "kim", "cause")).refused == Refusal("not_a_step_to_tick", "step")


def test_a_process_that_is_no_more_can_only_be_left_for_another_one() -> None:
    without = Catalogue({}, {}, {}, processes={"short": SHORT})
    for body in (MoveStage(CASE, "kim"), TickStep(CASE, "kim", "cause")):
        assert decided(at("research"), body, without).refused == Refusal("unknown_process", "process")
    assert progress(decided(at("research"), StartProcess(CASE, "kim", "short"), without)).process == "short"


def test_a_box_is_ticked_and_unticked() -> None:
    ticked = decided(at("research"), TickStep(CASE, "kim", "cause"))
    assert (progress(ticked).done, ticked.outcome) == (("cause",), "step_done")
    unticked = decided(ticked.state or case(), TickStep(CASE, "kim", "cause", done=False))
    assert (progress(unticked).done, unticked.outcome) == ((), "step_undone")
    assert unticked.detail == {"process": "usual", "step": "cause"}


@pytest.mark.parametrize(("stage", "step"), [("identify", "product"), ("identify", "cause"), ("resolve", "unheard")])
def test_only_boxes_of_the_stage_are_ticked(stage: str, step: str) -> None:
    assert decided(at(stage), TickStep(CASE, "kim", step)).refused == Refusal("not_a_step_to_tick", "step")


def test_a_process_can_be_left_before_its_end() -> None:
    decision = decided(at("research", 2), AbandonProcess(CASE, "kim"))
    assert (progress(decision).state, decision.outcome) == ("abandoned", "process_abandoned")
    assert decision.rows == {"stage:0002": Passage("usual", "research", NOON, LATER, "abandoned")}


@pytest.mark.parametrize("body", [MoveStage(CASE, "kim"), TickStep(CASE, "kim", "cause"), AbandonProcess(CASE, "kim")])
def test_where_there_is_no_process_nothing_moves(body: Body) -> None:
    assert decided(case(), body).refused == Refusal("no_process", "process")


def test_a_step_is_done_where_its_column_is_filled_or_its_box_ticked() -> None:
    product, box = IDENTIFY.steps
    held = at("identify", done=("similar",))
    assert [is_done(held, product, NOON), is_done(held, box, NOON)] == [True, True]
    assert [is_done(case(), product, NOON), is_done(case(), box, NOON)] == [False, False]
    assert unfinished(case(), IDENTIFY, NOON) == ["product"]


def test_the_way_taken_can_be_read_from_the_rows_that_a_case_leaves() -> None:
    held = case(product="P-7")
    rows: dict[str, object] = {}
    for body in (
        StartProcess(CASE, "kim", "usual"),
        MoveStage(CASE, "kim"),
        TickStep(CASE, "kim", "cause"),
        MoveStage(CASE, "kim"),
        MoveStage(CASE, "kim", "identify"),
        StartProcess(CASE, "kim", "short"),
        MoveStage(CASE, "kim"),
        StartProcess(CASE, "kim", "usual"),
    ):
        decision = decided(held, body)
        assert not rows.keys() & decision.rows.keys()
        held, rows = decision.state or held, {**rows, **decision.rows}
    way = [(passage.stage, passage.to) for _, passage in sorted(rows.items()) if isinstance(passage, Passage)]
    assert way == [
        ("identify", "research"),
        ("research", "resolve"),
        ("resolve", "identify"),
        ("identify", "switched"),
        ("resolve", "finished"),
    ]
    assert held.process == Progress("usual", "identify", LATER, n=7)
