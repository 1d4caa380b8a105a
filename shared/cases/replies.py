"""What commands to cases have in common: how they are answered, and what refuses all of them."""

from typing import Any

from shared.cases.case import Case
from shared.runtime.decision import Answer, Decision, Refusal
from shared.runtime.envelope import Message


def answer(case: Case, outcome: str) -> Answer:
    """Return what whoever asked is told."""
    return Answer({"outcome": outcome, "case_id": case.id, "number": case.number})


def changed_meanwhile(case: Case, message: Message[Any]) -> Decision[Case] | None:
    """Refuse what was meant for another version of the case."""
    if message.body.if_version in (None, case.version):
        return None
    return Decision(refused=Refusal("version_changed", "if_version"))


def closed(case: Case) -> Decision[Case] | None:
    """Refuse: what is closed is read only until it is reactivated."""
    return None if case.is_open else Decision(refused=Refusal("case_is_closed", "status"))
