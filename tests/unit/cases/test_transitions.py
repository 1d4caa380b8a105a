"""Which status may follow which: every row of DOMAIN.md 5, and no other (I4)."""

from collections.abc import Callable
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from shared.cases.between import MergeInto
from shared.cases.case import Case
from shared.cases.decide import cancel_case, change_status, reopen_case, resolve_case
from shared.cases.merge import merge_into
from shared.cases.messages import CancelCase, ChangeStatus, ReopenCase, ResolveCase
from shared.cases.transitions import ALLOWED as TABLE
from shared.cases.transitions import REASONS, STATUS_OF
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Decision, Refusal
from shared.runtime.envelope import Message
from tests.unit.cases.building import CASE, CATALOGUE, CONTACT, LATER, case, message

type Change = Callable[[Case, Message[Any], Catalogue, datetime], Decision[Case]]

ACTIVE = ("in_progress", "on_hold", "waiting_for_details", "researching")
RESOLVED = ("problem_solved", "information_provided")
CANCELLED = ("cancelled", "merged")
EVERY = (*ACTIVE, *RESOLVED, *CANCELLED)

COMMANDS: dict[str, tuple[Change, Callable[[str], Any]]] = {
    "change_status": (change_status, lambda reason: ChangeStatus(CASE, "A-1", reason)),
    "resolve_case": (resolve_case, lambda reason: ResolveCase(CASE, "A-1", reason)),
    "cancel_case": (cancel_case, lambda _reason: CancelCase(CASE, "A-1")),
    "reopen_case": (reopen_case, lambda _reason: ReopenCase(CASE, "A-1", None)),
    "merge_into": (merge_into, lambda _reason: MergeInto(CASE, "A-1", "another", CONTACT)),
}
LEADS_TO = {"cancel_case": "cancelled", "reopen_case": "in_progress", "merge_into": "merged"}
"""Where a command leads that does not say it itself."""

ALLOWED = {
    *product(ACTIVE, ["change_status"], ACTIVE),
    *product(ACTIVE, ["resolve_case"], RESOLVED),
    *product(ACTIVE, ["cancel_case"], ["cancelled"]),
    *product(ACTIVE, ["merge_into"], ["merged"]),
    *product((*RESOLVED, "cancelled"), ["reopen_case"], ["in_progress"]),
}
ROWS = [
    (held, command, wanted)
    for held, command, wanted in product(EVERY, COMMANDS, (*EVERY, "unheard_of"))
    if wanted == LEADS_TO.get(command, wanted)
]


def decision(held: str, command: str, wanted: str) -> Decision[Case]:
    decide, body = COMMANDS[command]
    return decide(case(held), message(body(wanted)), CATALOGUE, LATER)


@pytest.mark.parametrize(("held", "command", "wanted"), sorted(ALLOWED))
def test_an_allowed_command_leads_where_it_says(held: str, command: str, wanted: str) -> None:
    moved = decision(held, command, wanted).state
    assert moved is not None
    assert moved.status_reason == wanted
    assert wanted in REASONS[moved.status]


@pytest.mark.parametrize(("held", "command", "wanted"), [row for row in ROWS if row not in ALLOWED])
def test_any_other_command_is_refused_and_changes_nothing(held: str, command: str, wanted: str) -> None:
    refused = decision(held, command, wanted)
    reason = (
        Refusal("case_is_closed", "case") if command == "merge_into" else Refusal("transition_not_allowed", "status")
    )
    assert (refused.state, refused.refused) == (None, reason)


def test_the_table_has_these_rows_and_no_other() -> None:
    assert {(held, command, wanted) for held, command in TABLE for wanted in TABLE[held, command]} == ALLOWED


def test_status_and_reasons_are_those_of_the_domain() -> None:
    assert REASONS == {"active": ACTIVE, "resolved": RESOLVED, "cancelled": CANCELLED}
    assert set(STATUS_OF) == set(EVERY)
