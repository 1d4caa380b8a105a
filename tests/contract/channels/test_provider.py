"""What every provider promises, whatever the channel."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.channels.errors import OutcomeUnknown, Rejected, Throttled, Unavailable, WindowClosed
from shared.channels.memory import Failure
from shared.channels.provider import Outgoing
from tests.contract.channels.backends import START, Backend, MemoryBackend, sink_backend

DEFINITE = [(Failure.THROTTLE, Throttled), (Failure.ERROR, Unavailable)]
LOST = [Failure.DROP_REQUEST, Failure.DROP_ANSWER]


@pytest.fixture(params=["memory", "sink"])
async def backend(request: pytest.FixtureRequest) -> AsyncIterator[Backend]:
    if request.param == "memory":
        yield MemoryBackend()
        return
    async with sink_backend() as sink:
        yield sink


@pytest.fixture(params=["sms", "email"])
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def message(channel: str, **changes: Any) -> Outgoing:
    ends = {"sms": ("+4930123456", "+4930999"), "email": ("kim@example.com", "care@example.org")}
    to, sender = ends[channel]
    subject = "Your ticket" if channel == "email" else ""
    plain = Outgoing(
        channel=channel,
        to=to,
        sender=sender,
        text="Ein Fehler wurde gefunden: Prüfung läuft.",
        subject=subject,
        request_id=str(uuid.uuid4()),
        first_sent=START,
    )
    return replace(plain, **changes)


async def test_a_message_is_accepted_and_goes_out(backend: Backend, channel: str) -> None:
    accepted = await backend.provider.send(message(channel))
    assert accepted.provider_id
    assert await backend.accepted() == ["Ein Fehler wurde gefunden: Prüfung läuft."]


async def test_two_messages_have_two_ids(backend: Backend, channel: str) -> None:
    first = await backend.provider.send(message(channel, text="one"))
    second = await backend.provider.send(message(channel, text="two"))
    assert first.provider_id != second.provider_id
    assert await backend.accepted() == ["one", "two"]


async def test_a_repeat_is_answered_like_the_first_and_sends_nothing(backend: Backend, channel: str) -> None:
    once = message(channel, first_sent=START + timedelta(milliseconds=700), html="<p>x</p>", tag="t")
    first = await backend.provider.send(once)
    backend.clock.advance(minutes=4, seconds=59)
    assert await backend.provider.send(once) == first
    assert len(await backend.accepted()) == 1


@pytest.mark.parametrize(
    "change",
    [{"text": "another"}, {"first_sent": START + timedelta(seconds=1)}],
    ids=["text", "first_sent"],
)
async def test_a_request_id_with_another_request_is_refused(
    backend: Backend, channel: str, change: dict[str, Any]
) -> None:
    once = message(channel)
    await backend.provider.send(once)
    with pytest.raises(Rejected):
        await backend.provider.send(replace(once, **change))
    assert await backend.accepted() == [once.text]


async def test_after_the_window_nothing_is_sent_for_a_known_request(backend: Backend, channel: str) -> None:
    once = message(channel)
    await backend.provider.send(once)
    backend.clock.advance(minutes=5, seconds=1)
    with pytest.raises(WindowClosed):
        await backend.provider.send(once)
    assert len(await backend.accepted()) == 1


async def test_the_window_begins_at_the_whole_second(backend: Backend, channel: str) -> None:
    early = message(channel, first_sent=START + timedelta(milliseconds=700))
    backend.clock.advance(minutes=5, milliseconds=500)
    with pytest.raises(WindowClosed):
        await backend.provider.send(early)


async def test_after_the_window_nothing_is_sent_for_an_unknown_request(backend: Backend, channel: str) -> None:
    late = message(channel)
    backend.clock.advance(minutes=5, seconds=1)
    with pytest.raises(WindowClosed):
        await backend.provider.send(late)
    assert await backend.accepted() == []


@pytest.mark.parametrize(("failure", "error"), DEFINITE)
async def test_a_definite_no_means_not_sent_and_the_same_request_may_come_again(
    backend: Backend, channel: str, failure: Failure, error: type[Exception]
) -> None:
    once = message(channel)
    await backend.fail_next(channel, failure)
    with pytest.raises(error):
        await backend.provider.send(once)
    assert await backend.accepted() == []
    await backend.provider.send(once)
    assert await backend.accepted() == [once.text]


async def test_a_throttled_caller_hears_how_long_to_wait(backend: Backend, channel: str) -> None:
    await backend.fail_next(channel, Failure.THROTTLE)
    with pytest.raises(Throttled) as throttled:
        await backend.provider.send(message(channel))
    assert throttled.value.retry_after == 1.0


async def test_a_refusal_is_for_good(backend: Backend, channel: str) -> None:
    once = message(channel)
    await backend.fail_next(channel, Failure.REJECT)
    for _ in range(2):
        with pytest.raises(Rejected) as rejected:
            await backend.provider.send(once)
        assert rejected.value.reason_code == "provider_rejected"
    assert await backend.accepted() == []


@pytest.mark.parametrize("failure", LOST)
async def test_after_a_lost_answer_a_repeat_tells_and_one_message_went_out(
    backend: Backend, channel: str, failure: Failure
) -> None:
    once = message(channel)
    await backend.fail_next(channel, failure)
    with pytest.raises(OutcomeUnknown):
        await backend.provider.send(once)
    told = await backend.provider.send(once)
    assert await backend.provider.send(once) == told
    assert await backend.accepted() == [once.text]


async def test_an_answer_lost_twice_is_still_one_message(backend: Backend, channel: str) -> None:
    once = message(channel)
    for _ in range(2):
        await backend.fail_next(channel, Failure.DROP_ANSWER)
        with pytest.raises(OutcomeUnknown):
            await backend.provider.send(once)
    assert len(await backend.accepted()) == 1
