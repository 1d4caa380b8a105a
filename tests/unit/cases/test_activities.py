"""A case counts what is still to be done for it from before a task is there until it ends."""

from dataclasses import replace
from datetime import timedelta

from shared.cases.activities import LONGEST_SUBJECT, note_activity, plan_activity, plan_for_nothing
from shared.cases.case import MOST_ACTIVITIES, OpenActivity
from shared.cases.messages import NoteActivity, PlanActivity
from shared.runtime.decision import Decision, Outgoing, Refusal, View
from shared.runtime.ids import derived
from shared.tasks.messages import CloseTask, CreateTask, MoveTask, PutTask
from shared.tasks.task import (
    Task,
    close_task,
    close_unborn,
    create_task,
    list_of,
    list_of_contact,
    move_task,
    move_unborn,
    put_before,
    put_task,
)
from tests.unit.cases.building import CASE, CATALOGUE, CONTACT, LATER, NOON, case, message

CALL = CreateTask(
    "T1", "Call them", CONTACT, "queue", "support", NOON + timedelta(days=1), CASE, type="phone_call", by="kim"
)
TASK = Task("T1", "Call them", CONTACT, "queue", "support", CALL.due_at, LATER, CASE, type="phone_call")
COUNTED = {"T1": OpenActivity("phone_call", "Call them")}


def shown(decision: Decision[Task]) -> tuple[bool, bool]:
    """Return whether a task is on the list of its queue, and on that of its contact."""
    views = {view.list: view.data is not None for view in decision.records if isinstance(view, View)}
    assert len(views) == len(decision.records)
    return views[list_of("queue", "support")], views[list_of_contact(CONTACT)]


async def test_the_case_hears_of_a_task_before_it_is_there() -> None:
    decision = await create_task(message(CALL), LATER)
    assert decision.then == Outgoing("m1", PlanActivity(CASE, CALL))
    alone = replace(CALL, case=None)
    assert (await create_task(message(alone), LATER)).then == Outgoing("m1", PutTask(alone))


def test_what_is_planned_is_counted_and_then_created() -> None:
    decision = plan_activity(case(), message(PlanActivity(CASE, CALL)), CATALOGUE, LATER)
    assert decision.state == case(open_activities=COUNTED)
    assert (decision.outcome, decision.detail) == ("planned", {"task": "T1"})
    assert decision.then == Outgoing(derived("task", "m1"), PutTask(CALL))


def test_a_case_with_too_much_to_do_takes_no_more() -> None:
    full = {f"T{number}": OpenActivity("task", "Call") for number in range(2, MOST_ACTIVITIES + 2)}
    decision = plan_activity(case(open_activities=full), message(PlanActivity(CASE, CALL)), CATALOGUE, LATER)
    assert decision == Decision(refused=Refusal("too_many_activities", "case"))


def test_a_case_keeps_the_beginning_of_a_long_subject() -> None:
    long = replace(CALL, subject="x" * 5000)
    decision = plan_activity(case(), message(PlanActivity(CASE, long)), CATALOGUE, LATER)
    assert decision.state == case(open_activities={"T1": OpenActivity("phone_call", "x" * LONGEST_SUBJECT)})
    assert decision.then == Outgoing(derived("task", "m1"), PutTask(long))


def test_a_closed_case_may_be_followed_up() -> None:
    decision = plan_activity(case("problem_solved"), message(PlanActivity(CASE, CALL)), CATALOGUE, LATER)
    assert decision.state == case("problem_solved", open_activities=COUNTED)


def test_what_is_planned_for_a_merged_case_is_planned_for_the_one_that_stays() -> None:
    merged = case("merged", merged_into="A")
    decision = plan_activity(merged, message(PlanActivity(CASE, CALL)), CATALOGUE, LATER)
    assert decision == Decision(then=Outgoing("m1", PlanActivity("A", replace(CALL, case="A"))))


def test_where_there_is_no_such_case_the_task_is_there_for_its_contact() -> None:
    decision = plan_for_nothing(message(PlanActivity(CASE, CALL)), CATALOGUE, LATER)
    assert decision == Decision(then=Outgoing(derived("task", "m1"), PutTask(CALL)))


def test_what_was_done_is_counted_no_longer() -> None:
    said = message(NoteActivity(CASE, "T1", "done", "Call them", "kim"))
    decision = note_activity(case(open_activities=COUNTED), said, CATALOGUE, LATER)
    assert (decision.state, decision.outcome, decision.detail) == (case(), "done", {"task": "T1"})


def test_what_is_said_twice_is_on_the_timeline_once() -> None:
    said = message(NoteActivity(CASE, "T1", "done"))
    assert note_activity(case(), said, CATALOGUE, LATER) == Decision()


def test_a_merged_case_passes_on_what_its_tasks_say() -> None:
    said = message(NoteActivity(CASE, "T1", "done"))
    decision = note_activity(case("merged", merged_into="A"), said, CATALOGUE, LATER)
    assert decision == Decision(then=Outgoing("m1", NoteActivity("A", "T1", "done")))


def test_a_task_is_put_on_the_lists_of_who_does_it_and_of_its_contact() -> None:
    decision = put_task(message(PutTask(CALL)), None, LATER)
    assert decision.state == TASK
    assert shown(decision) == (True, True)


def test_a_closed_task_tells_its_case_and_leaves_the_list_of_who_did_it() -> None:
    decision = close_task(TASK, message(CloseTask("T1", "kim", text="Done.")), None, LATER)
    [told] = decision.messages
    assert told.body == NoteActivity(CASE, "T1", "done", "Call them", "kim", "Done.")
    assert shown(decision) == (False, True)
    again = close_task(replace(TASK, state="done"), message(CloseTask("T1", "kim")), None, LATER)
    assert again.refused == Refusal("transition_not_allowed", "state")


def test_a_task_that_moves_with_a_merge_tells_the_other_case_where_it_is_closed() -> None:
    moved = move_task(TASK, message(MoveTask("T1", "A")), None, LATER)
    assert (moved.state, moved.messages) == (replace(TASK, case="A", version=2), ())
    closed = replace(TASK, state="done", closed_by="kim")
    [told] = move_task(closed, message(MoveTask("T1", "A")), None, LATER).messages
    assert told.body == NoteActivity("A", "T1", "done", "Call them", "kim")


def test_a_task_that_its_case_cancels_before_it_is_there_is_never_seen_open() -> None:
    cancelling = CloseTask("T1", "kim", "cancelled", case=CASE)
    cancelled = close_unborn(message(cancelling), None, LATER)
    assert cancelled.state is not None
    assert [each.body for each in cancelled.messages] == [NoteActivity(CASE, "T1", "cancelled", by="kim")]
    put = put_before(cancelled.state, message(PutTask(CALL)), None, LATER)
    assert put.state == replace(TASK, state="cancelled", closed_by="kim", version=2)
    assert shown(put) == (False, True)


def test_nobody_else_closes_or_moves_a_task_that_is_not_there() -> None:
    assert close_unborn(message(CloseTask("T1", "kim")), None, LATER).refused == Refusal("not_found")
    assert move_unborn(message(MoveTask("T1", "A")), None, LATER) == Decision()
    assert put_before(TASK, message(PutTask(CALL)), None, LATER) == Decision()
