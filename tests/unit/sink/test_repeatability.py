"""Each row of the provider's table about repeatable requests."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from local.sink.refusal import Refused
from local.sink.repeatability import Answer, Remembered, Repeats, RequestId, fingerprint_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DATE = "Sun, 01 Mar 2026 12:00:00 GMT"
ID = str(UUID(int=10**38))
REQUEST = RequestId(ID, NOW)
ANSWER = Answer(status=202, message_id="m-1")


def repeats(fingerprint: str = "same") -> Repeats:
    known = {("sms", ID): Remembered(fingerprint=fingerprint, answer=ANSWER)}
    return Repeats(timedelta(minutes=5), known)


def claim(
    tracker: Repeats, request: RequestId | None = REQUEST, *, channel: str = "sms", now: datetime = NOW
) -> Answer | None:
    with tracker.claim(channel, request, "same", now) as first:
        return first


def test_neither_field_means_not_repeatable() -> None:
    assert RequestId.parse(None, None) is None
    assert claim(repeats(), None) is None


def test_an_id_is_one_whatever_its_case() -> None:
    assert RequestId.parse(ID.upper(), DATE) == REQUEST


@pytest.mark.parametrize(
    ("request_id", "first_sent"),
    [(ID, None), (None, DATE), ("not-a-guid", DATE), (ID, "2026-03-01"), (ID, ""), ("", "")],
)
def test_a_malformed_pair_is_400(request_id: str | None, first_sent: str | None) -> None:
    with pytest.raises(Refused) as refused:
        RequestId.parse(request_id, first_sent)
    assert refused.value.status == 400


def test_a_new_request_is_to_be_done() -> None:
    assert claim(Repeats(timedelta(minutes=5), {})) is None


def test_a_repeat_gets_the_first_answer() -> None:
    assert claim(repeats()) == ANSWER


def test_an_id_of_another_channel_is_another_request() -> None:
    assert claim(repeats(), channel="email") is None


def test_another_request_under_the_same_id_is_400() -> None:
    with pytest.raises(Refused) as refused:
        claim(repeats(fingerprint="other"))
    assert refused.value.status == 400


@pytest.mark.parametrize("seconds", [-301, 301])
def test_outside_the_window_is_412_even_if_it_is_known(seconds: int) -> None:
    with pytest.raises(Refused) as refused:
        claim(repeats(), now=NOW + timedelta(seconds=seconds))
    assert refused.value.status == 412


@pytest.mark.parametrize("seconds", [-300, 300])
def test_the_edge_of_the_window_is_inside(seconds: int) -> None:
    assert claim(repeats(), now=NOW + timedelta(seconds=seconds)) == ANSWER


def test_while_the_original_runs_a_repeat_is_409_and_afterwards_not() -> None:
    tracker = Repeats(timedelta(minutes=5), {})
    with tracker.claim("sms", REQUEST, "same", NOW), pytest.raises(Refused) as refused:
        claim(tracker)
    assert refused.value.status == 409
    assert claim(tracker) is None


def test_a_failed_original_leaves_the_id_free() -> None:
    tracker = Repeats(timedelta(minutes=5), {})
    with pytest.raises(ZeroDivisionError), tracker.claim("sms", REQUEST, "same", NOW):
        raise ZeroDivisionError
    assert claim(tracker) is None


def test_the_fingerprint_covers_content_and_first_sent() -> None:
    later = RequestId(ID, NOW + timedelta(seconds=1))
    prints = {fingerprint_of(b"a", REQUEST), fingerprint_of(b"b", REQUEST), fingerprint_of(b"a", later)}
    assert len(prints) == 3
