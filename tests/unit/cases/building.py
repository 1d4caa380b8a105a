"""Cases and commands to them, with everything but what a test is about filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.cases.case import Case
from shared.cases.facts import CaseFacts
from shared.cases.messages import OpenCase
from shared.cases.transitions import STATUS_OF
from shared.definitions.catalogue import Catalogue
from shared.runtime.envelope import Message

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
CASE = "01KA5Q3N8M2V7R4T6W9X0YZABC"
CONTACT = "C-1001"
CATALOGUE = Catalogue({}, {}, {})
FACTS = CaseFacts(CATALOGUE)
OPENING = OpenCase(CASE, CONTACT, "Device error 11", "critical", device="D-1", error_code=11)


def case(status_reason: str = "in_progress", **fields: Any) -> Case:
    fresh = Case(CASE, "CAS-02516-YZABC", 1, CONTACT, "Device error 11", "critical", "iot", NOON, "D-1", 11)
    return replace(fresh, status=STATUS_OF[status_reason], status_reason=status_reason, **fields)


def message[B](body: B, id: str = "m1", **fields: Any) -> Message[B]:  # noqa: A002
    return Message(id, LATER, body, **fields)
