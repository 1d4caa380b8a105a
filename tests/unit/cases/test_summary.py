"""A case in short: nothing in it that the record does not say, and nothing personal in what leaves the house."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cases.case import Case, Child, OpenActivity
from shared.cases.placeholders import Placeholders
from shared.cases.progress import Progress
from shared.cases.summary import (
    LONGEST_TEXT,
    MOST_LINES,
    Invented,
    Narrative,
    compose,
    content_for,
    next_step,
    told_by,
)
from shared.cases.timeline import Line
from shared.sla.instance import Instance, State
from tests.unit.cases.building import CASE, NOON, case

HOUR = timedelta(hours=1)
TAKEN = {"owner": "kim", "first_response_at": NOON}


def line(kind: str, hours: int = 1, **fields: Any) -> Line:
    return Line(id=f"l-{hours}", kind=kind, at=NOON + hours * HOUR, **fields)


LINES = (
    line("create_case", 0, outcome="opened"),
    line("email", 1, direction="in", subject="It leaks", text="Call Ada at +49 30 123456."),
    line("resolve_case", 2, outcome="refused", reason="open_activities"),
    line("change_status", 3, outcome="waiting_for_details"),
    line("something_new", 4, outcome="done"),
)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status_reason": "merged", "merged_into": "K-9"}, "the case that it was merged into, K-9"),
        ({"status_reason": "problem_solved"}, "Nothing: it is resolved (problem solved)."),
        ({"status_reason": "cancelled"}, "Nothing: it is cancelled (cancelled)."),
        ({"escalated": True}, "It is escalated: see to it before others."),
        ({"queue": "second-line"}, "Somebody takes it from the queue second-line."),
        ({}, "Somebody takes it: nobody has yet."),
        ({**TAKEN, "status_reason": "waiting_for_details"}, "Wait for the customer's details, or ask for them again."),
        ({**TAKEN, "open_activities": {"T-1": OpenActivity("task", "Send a valve")}}, "Do what is open: Send a valve."),
        ({"worked_by": "kim"}, "Give the customer a first response."),
        ({**TAKEN, "children": {"K-2": Child(True, 1)}}, "See to the open cases below it."),
        ({**TAKEN, "process": Progress("repair", "first-look", NOON)}, "Complete the stage first look of repair."),
        ({**TAKEN, "status_reason": "on_hold"}, "Go on with it as soon as what it waits for is there."),
        (TAKEN, "Work on it, and resolve it."),
    ],
)
def test_what_comes_next_follows_from_where_it_stands(fields: dict[str, Any], said: str) -> None:
    given = {**fields}
    assert said in next_step(case(given.pop("status_reason", "in_progress"), **given))


def test_the_record_tells_what_happened_in_order() -> None:
    told = compose(case(), LINES, "Ada Example")
    assert told.what_happened.splitlines() == [
        "2026-11-21 12:00 Opened (iot).",
        "2026-11-21 13:00 E-mail from the customer: It leaks - Call Ada at +49 30 123456.",
        "2026-11-21 15:00 Status changed to waiting for details.",
        "2026-11-21 16:00 Something new.",
    ]
    assert (told.composed_by, told.fell_back, told.customer) == ("record", "", "Ada Example")


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("give_case", {"outcome": "assigned", "detail": {"agent": "lee"}}, "Assigned to lee."),
        (
            "give_case",
            {"outcome": "assigned", "detail": {"agent": "lee", "taken_from": "kim"}, "text": "Kim is ill!"},
            "Assigned to lee, taken from kim: Kim is ill!",
        ),
        ("release_case", {"detail": {"agent": "kim", "queue": "first"}}, "Given back by kim to the queue first."),
        ("route_case", {"outcome": "routed", "detail": {"rule": "x", "queue": "first"}}, "Sent to the queue first."),
        ("move_to_queue", {"outcome": "queued", "detail": {"queue": "experts"}}, "Sent to the queue experts."),
        ("sla", {"outcome": "warned", "detail": {"kpi": "resolve"}}, "SLA resolve: warned."),
        ("escalate_case", {"outcome": "escalated"}, "Escalated."),
        ("escalate_case", {"outcome": "de_escalated"}, "No longer escalated."),
        ("update_case", {"detail": {"columns": ["priority", "title"]}}, "Changed priority, title."),
        ("move_stage", {"outcome": "stage_entered", "detail": {"stage": "second-look"}}, "Stage: second look."),
        ("move_stage", {"outcome": "process_finished", "detail": {"process": "p"}}, "Process finished."),
        ("tick_step", {"outcome": "step_done", "detail": {"step": "cause"}}, "Step done: cause."),
        ("set_sla", {"outcome": "sla_set", "detail": {"sla": "gold"}}, "SLA set to gold."),
        ("note_activity", {"outcome": "done", "detail": {"task": "T-1"}}, "A task was done."),
        ("attach_case", {"outcome": "attached", "detail": {"parent": "K-9"}}, "Put below another case."),
        ("take_lines", {"outcome": "absorbed"}, "Another case was merged into it."),
    ],
)
def test_each_kind_of_line_is_told_in_words(kind: str, fields: dict[str, Any], told: str) -> None:
    assert compose(case(), [line(kind, **fields)], "").what_happened.splitlines()[1:] == [f"2026-11-21 13:00 {told}"]


@pytest.mark.parametrize(("kind", "outcome"), [("keep_waiting", "nobody"), ("update_case", "updated")])
def test_what_tells_nobody_anything_is_left_out(kind: str, outcome: str) -> None:
    assert compose(case(), [line(kind, outcome=outcome)], "").what_happened == "2026-11-21 12:00 Opened (iot)."


KPIS: tuple[tuple[str, State, int], ...] = (
    ("answer", "succeeded", 1),
    ("resolve", "nearing", 4),
    ("visit", "in_progress", 9),
)


def test_who_works_on_it_and_what_is_due_next_are_told() -> None:
    states: dict[str, tuple[State, int]] = {
        "answer": ("succeeded", 1),
        "resolve": ("nearing", 4),
        "visit": ("in_progress", 9),
    }
    due = {
        kpi: Instance(f"i-{kpi}", kpi, "gold", 1, 0, NOON, NOON, state=state, fails_at=NOON + hours * HOUR)
        for kpi, state, hours in KPIS
        for kpi, (state, hours) in states.items()
    }
    told = compose(case(worked_by="kim", escalated=True, instances=due), (), "")
    assert (told.worked_by, told.escalated, told.device, told.error_code) == ("kim", True, "D-1", 11)
    assert (told.next_deadline, told.next_deadline_of) == (NOON + 4 * HOUR, "resolve")
    assert compose(case(), (), "").next_deadline is None


def test_agents_whom_lines_name_are_hidden_too() -> None:
    given_to_kim = line("give_case", outcome="assigned", detail={"agent": "kim", "taken_from": "C-1001"})
    content = content_for(case(), [given_to_kim], hidden())
    assert "Assigned to [AGENT-1], taken from [CUSTOMER]." in content


def test_a_long_life_is_told_by_its_end() -> None:
    lines = [line("note", n, text=f"note {n}") for n in range(100)]
    told = compose(case(), lines, "", is_whole=False).what_happened.splitlines()
    assert len(told) == MOST_LINES + 2
    assert told[1] == "(What came before the following is in the timeline.)"
    assert told[-1].endswith("Note: note 99.")


def hidden() -> Placeholders:
    return Placeholders("Ada Example", ["+4930123456", "ada@example.org"], {"C-1001": "CUSTOMER", "kim": "AGENT"})


PERSONAL = "Dear ada EXAMPLE (C-1001), kim called +4930123456 and 030/123 45 67, wrote to bob.b@mail.example and Ada."


def test_what_leaves_the_house_names_nobody() -> None:
    told = hidden().hide(PERSONAL)
    assert told == (
        "Dear [CUSTOMER] ([CUSTOMER]), [AGENT-1] called [CONTACT-1] and [PHONE-1], wrote to [EMAIL-1] and [CUSTOMER]."
    )


@pytest.mark.parametrize("place", ["title", "subject", "description", "product", "line", "open"])
def test_no_part_of_the_record_is_told_with_personal_data(place: str) -> None:
    about, lines = case(), list(LINES)
    if place == "line":
        lines = [line("note", subject=PERSONAL, text=PERSONAL, by="kim", parties=("ada@example.org",))]
    elif place == "open":
        about = replace(about, open_activities={"T-1": OpenActivity("task", PERSONAL)})
    else:
        about = case(**{place: PERSONAL})
    content = content_for(about, lines, hidden())
    for secret in ("Ada", "ada", "EXAMPLE", "C-1001", "kim", "+4930", "123 45", "bob", CASE):
        assert secret not in content


def test_what_is_told_is_bounded() -> None:
    lines = [line("note", n, subject="s" * 5000, text="t" * 5000) for n in range(500)]
    content = content_for(case(description="d" * 2000, title="t" * 200), lines, hidden())
    assert len(content) < 2 * LONGEST_TEXT * MOST_LINES + 10_000


NAMES = st.text("abcdefgh ", min_size=3, max_size=20).filter(lambda name: len(name.strip()) > 2)


@given(NAMES, st.text(max_size=40), st.text(max_size=40))
def test_a_name_is_never_told_and_always_given_back(name: str, before: str, after: str) -> None:
    name = name.strip()
    places = Placeholders(name)
    told = places.hide(f"{before} {name} {after}")
    assert f" {name} " not in f" {told} "
    assert places.are_known(told)
    assert name in places.show(told)


def narrated(happened: str, step: str = "Call [CUSTOMER].", about: Case | None = None) -> Any:
    about = about or case(description="Ada called from +4930123456: error 117 since 2026-11-20.")
    places = hidden()
    content = content_for(about, LINES, places)
    return told_by("small", Narrative(happened, step), content, places, compose(about, LINES, "Ada Example"))


def test_a_models_story_gets_the_names_back_and_the_facts_stay_the_records() -> None:
    told = narrated("[CUSTOMER] reported error 117 since 2026-11-20,\nfrom [CONTACT-1].")
    assert told.what_happened == "Ada Example reported error 117 since 2026-11-20, from +4930123456."
    assert told.next_step == "Call Ada Example."
    assert told.composed_by == "model small"
    assert (told.number, told.status, told.opened_at) == ("CAS-02516-YZABC", "active", NOON)


@pytest.mark.parametrize(
    "happened",
    [
        "Error 118 was reported.",
        "It happened on 2027-01-01.",
        "See https://evil.example/login for more.",
        "Write to mallory@evil.example.",
        "[PHONE-7] called.",
        "[MANAGER] decided.",
        "<script>alert(1)</script>",
        "Ticket CAS-99999-AAAAAA was opened.",
        "\x00\x1b",
        "Call +49 170 5556677.",
    ],
)
def test_what_was_not_told_is_invented(happened: str) -> None:
    with pytest.raises(Invented):
        narrated(happened)
    with pytest.raises(Invented):
        narrated("It leaks.", happened)


def test_what_a_customer_writes_as_a_placeholder_is_none() -> None:
    places = hidden()
    assert places.hide("[CUSTOMER] [PHONE-1]") == "CUSTOMER PHONE-1"


def test_a_customer_nobody_knows_is_the_customer() -> None:
    places = Placeholders(others={"C-1": "CUSTOMER"})
    assert places.show(places.hide("C-1 called")) == "the customer called"
