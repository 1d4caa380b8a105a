"""Case numbers: short enough to be read out, and made without asking anybody."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cases.messages import OpenCase
from shared.cases.number import number
from shared.cli.cases import known
from shared.intake.door import NUMBER
from shared.runtime.ids import derived, made
from tests.unit.cli.laptop import Laptop
from tests.unit.pages.world import CASE, CONTACT, World


@given(st.text(), st.timedeltas(timedelta(), timedelta(days=99_999)))
def test_a_number_has_five_digits_and_six_characters(seed: str, since: timedelta) -> None:
    case, opened_at = derived(seed), datetime(2020, 1, 1, tzinfo=UTC) + since
    found = re.fullmatch(r"CAS-(\d{5})-([0-9A-HJKMNP-TV-Z]{6})", number(case, opened_at))
    assert found is not None
    assert date(2020, 1, 1) + timedelta(days=int(found[1])) == opened_at.date()
    assert case.endswith(found[2])


def test_the_first_day_is_zero() -> None:
    assert number("01KA5Q3N8M2V7R4T6W9X0YZABC", datetime(2020, 1, 1, 23, 59, tzinfo=UTC)) == "CAS-00000-0YZABC"
    assert number("01KA5Q3N8M2V7R4T6W9X0YZABC", datetime(2026, 11, 21, tzinfo=UTC)) == "CAS-02516-0YZABC"


def test_a_made_case_id_gives_its_random_end_not_its_time() -> None:
    """A ULID begins with its time: the cases of one day would differ in nothing that is said."""
    at = datetime(2026, 11, 21, tzinfo=UTC)
    assert len({number(made(), at) for _ in range(50)}) == 50


@pytest.mark.parametrize(("year", "days"), [(1, "00000"), (2019, "00000"), (2020, "00000"), (9999, "99999")])
def test_a_case_from_before_the_first_day_or_after_the_last_has_a_number_too(year: int, days: str) -> None:
    """Found in review: an imported case of 2019 was CAS--0214-..., which no subject of a mail is searched for."""
    found = number(CASE, datetime(year, 1, 1, tzinfo=UTC))
    assert NUMBER.fullmatch(found)
    assert found == f"CAS-{days}-0YZABC"


async def test_a_case_from_before_the_first_day_is_found_by_its_number() -> None:
    world = World()
    await world.say(OpenCase(CASE, CONTACT, "Old", opened_at=datetime(2019, 6, 1, tzinfo=UTC)))
    laptop = Laptop()
    laptop.store = world.store
    assert (await known(laptop, number(CASE, datetime(2019, 6, 1, tzinfo=UTC)))).id == CASE
