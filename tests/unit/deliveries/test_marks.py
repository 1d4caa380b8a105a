"""A mail about a case is marked, so that its answer finds it; one that nobody wrote says so."""

from typing import Any

import pytest

from shared.channels.provider import Outgoing
from shared.deliveries.send import send
from tests.unit.deliveries.building import NOON, call, facts, message, request


def mark(case: str, unique: str, automatic: bool) -> tuple[str, str]:
    return f"care+{case}{automatic}@x", f"<{unique}.{case}@x>"


def sent(channel: Any = "email", **fields: Any) -> Outgoing:
    return call(send(message(request(channel, **fields)), facts(channel, reply_mark=mark), NOON)).outgoing


def test_a_mail_about_a_case_can_be_answered_to_it() -> None:
    found = sent(case="K")
    assert (found.reply_to, found.headers) == ("care+KFalse@x", {"Message-ID": "<d1.0.K@x>"})


def test_a_mail_that_nobody_wrote_says_so_and_what_it_answers() -> None:
    found = sent(case="K", automatic=True, answers="<1@example.org>")
    assert found.reply_to == "care+KTrue@x"
    assert found.headers == {
        "Message-ID": "<d1.0.K@x>",
        "In-Reply-To": "<1@example.org>",
        "References": "<1@example.org>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
    }


@pytest.mark.parametrize(("channel", "fields"), [("email", {}), ("sms", {"case": "K"}), ("push", {"case": "K"})])
def test_what_is_about_no_case_or_is_no_mail_carries_nothing(channel: str, fields: dict[str, Any]) -> None:
    found = sent(channel, **fields)
    assert (found.reply_to, found.headers) == ("", {})


def test_without_an_address_for_answers_nothing_is_marked() -> None:
    decision = send(message(request("email", case="K")), facts("email"), NOON)
    assert (call(decision).outgoing.reply_to, call(decision).outgoing.headers) == ("", {})
