"""What keeps mails apart and storms short, each taken away: the simulation must notice, or it proves nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared.facts import intake as intake_facts
from shared.intake import decide, judge
from shared.intake.correspondent import Correspondent, Incoming, lines
from shared.intake.messages import TakeActivity
from shared.runtime.ids import made
from tests.simulation.mailbox import play

MOST_SEEDS = 200

Mutation = Callable[[pytest.MonkeyPatch], None]


def who_was_forwarded_our_mail_writes_into_the_case(patch: pytest.MonkeyPatch) -> None:
    place = intake_facts._place  # noqa: SLF001

    async def trusting(store: Any, said: TakeActivity, contacts: list[str]) -> Any:
        if said.referred:
            return await intake_facts._placed(store, said.referred, "reference")  # noqa: SLF001
        return await place(store, said, contacts)

    patch.setattr(intake_facts, "_place", trusting)


def what_a_closed_case_does_not_take_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    def done(incoming: Incoming, _answer: Mapping[str, Any]) -> Incoming:
        return replace(incoming, state="done")

    patch.setitem(decide.NEXT, "adding", done)


def everybody_is_always_answered(patch: pytest.MonkeyPatch) -> None:
    def always(_self: Correspondent, _now: datetime) -> bool:
        return True

    patch.setattr(Correspondent, "may_be_replied_to", always)


def each_first_mail_makes_a_contact(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(judge, "contact_of", lambda _correspondent: made())


def what_was_released_stays_on_the_list(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "lines", lambda incoming, _before="": lines(incoming))


def an_answer_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "_back", lambda _incoming: None)


def a_case_is_opened_under_another_id_each_time(patch: pytest.MonkeyPatch) -> None:
    following = decide.ASKED["opening"]

    def anew(incoming: Incoming) -> Any:
        return replace(following(incoming), case=made())  # type: ignore[type-var]

    patch.setitem(decide.ASKED, "opening", anew)


@pytest.mark.parametrize(
    ("mutation", "told"),
    [
        (who_was_forwarded_our_mail_writes_into_the_case, "went to a case of"),
        (what_a_closed_case_does_not_take_is_forgotten, "times on a timeline"),
        (everybody_is_always_answered, "is answered at"),
        (each_first_mail_makes_a_contact, "contacts have"),
        (what_was_released_stays_on_the_list, "are listed"),
        (an_answer_is_not_asked_for, "still waits in"),
        (a_case_is_opened_under_another_id_each_time, "was opened for nothing"),
    ],
)
def test_the_simulation_notices_when(mutation: Mutation, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutation(monkeypatch)
    for seed in range(MOST_SEEDS):
        found = [violation for violation in play(seed)[1] if told in violation]
        if found:
            print(f"{mutation.__name__}: seed {seed}: {found[0]}")
            return
    pytest.fail(f"{MOST_SEEDS} seeds did not notice")
