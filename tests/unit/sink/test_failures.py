"""Failures on demand hit whom they are for, as often as asked."""

import pytest

from local.sink.failures import Failure, Failures, Mode
from local.sink.refusal import Dropped, Refused

TO = ["+4930123456"]


def planned(*failures: Failure) -> Failures:
    all_of_them = Failures()
    for failure in failures:
        all_of_them.plan(failure)
    return all_of_them


def test_an_instruction_is_used_up() -> None:
    failures = planned(Failure(channel="sms", mode=Mode.REJECT, times=2))
    taken = [failures.take("sms", TO, Mode.REJECT) is not None for _ in range(3)]
    assert taken == [True, True, False]
    assert failures.planned == {}


def test_without_times_it_holds() -> None:
    failures = planned(Failure(channel="sms", mode=Mode.REJECT))
    assert all(failures.take("sms", TO, Mode.REJECT) for _ in range(100))


@pytest.mark.parametrize(
    "other",
    [
        Failure(channel="email", mode=Mode.REJECT),
        Failure(channel="sms", mode=Mode.BOUNCE),
        Failure(channel="sms", mode=Mode.REJECT, to="+4930999"),
    ],
)
def test_another_channel_mode_or_recipient_is_left_alone(other: Failure) -> None:
    assert planned(other).take("sms", TO, Mode.REJECT) is None


def test_of_two_equal_instructions_one_is_used() -> None:
    failures = planned(*(Failure(channel="sms", mode=Mode.ERROR, times=1) for _ in range(2)))
    failures.take("sms", TO, Mode.ERROR)
    assert len(failures.planned) == 1


@pytest.mark.parametrize(("mode", "status"), [(Mode.THROTTLE, 429), (Mode.ERROR, 500)])
def test_the_door_refuses(mode: Mode, status: int) -> None:
    failures = planned(Failure(channel="sms", mode=mode, retry_after=7))
    with pytest.raises(Refused) as refused:
        failures.at_the_door("sms", TO)
    assert refused.value.status == status
    assert refused.value.headers.get("Retry-After") == ("7" if status == 429 else None)


def test_a_request_and_an_answer_can_be_lost() -> None:
    with pytest.raises(Dropped):
        planned(Failure(channel="sms", mode=Mode.DROP_REQUEST)).at_the_door("sms", TO)
    with pytest.raises(Dropped):
        planned(Failure(channel="sms", mode=Mode.DROP_ANSWER)).at_the_answer("sms", TO)


def test_what_went_wrong_is_remembered_the_latest_fifty() -> None:
    failures = planned(Failure(channel="sms", mode=Mode.REJECT))
    for number in range(51):
        failures.take("sms", [str(number)], Mode.REJECT)
    assert [fired.recipients[0] for fired in failures.fired] == [str(number) for number in range(1, 51)]
