"""What every push provider promises: one message a call, a definite no, or nobody knows."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared.channels.errors import ChannelError, OutcomeUnknown, Rejected, Throttled, Unavailable
from shared.channels.memory import Failure
from tests.contract.channels.push import MemoryPush, PushBackend, notification, sink_push


@pytest.fixture(params=["memory", "sink"])
async def backend(request: pytest.FixtureRequest) -> AsyncIterator[PushBackend]:
    if request.param == "memory":
        yield MemoryPush()
        return
    async with sink_push() as sink:
        yield sink


async def test_a_message_is_accepted_and_goes_out(backend: PushBackend) -> None:
    accepted = await backend.provider.send(notification(await backend.subscribe()))
    assert accepted.provider_id
    assert await backend.accepted() == ["Prüfung läuft."]


async def test_a_push_service_knows_no_repeat_so_that_none_must_be_made(backend: PushBackend) -> None:
    once = notification(await backend.subscribe())
    await backend.provider.send(once)
    await backend.provider.send(once)
    assert len(await backend.accepted()) == 2


@pytest.mark.parametrize(
    ("failure", "error", "sent"),
    [
        (Failure.THROTTLE, Throttled, 0),
        (Failure.ERROR, Unavailable, 0),
        (Failure.REJECT, Rejected, 0),
        (Failure.GONE, Rejected, 0),
        (Failure.DROP_REQUEST, OutcomeUnknown, 0),
        (Failure.DROP_ANSWER, OutcomeUnknown, 1),
    ],
)
async def test_each_failure_is_told_apart(
    backend: PushBackend, failure: Failure, error: type[ChannelError], sent: int
) -> None:
    await backend.fail_next(failure)
    with pytest.raises(error):
        await backend.provider.send(notification(await backend.subscribe()))
    assert len(await backend.accepted()) == sent


@pytest.mark.parametrize(
    ("failure", "reason"), [(Failure.REJECT, "provider_rejected"), (Failure.GONE, "invalid_contact_point")]
)
async def test_a_refusal_has_its_reason(backend: PushBackend, failure: Failure, reason: str) -> None:
    await backend.fail_next(failure)
    with pytest.raises(Rejected) as refused:
        await backend.provider.send(notification(await backend.subscribe()))
    assert refused.value.reason_code == reason


async def test_a_throttled_caller_hears_how_long_to_wait(backend: PushBackend) -> None:
    await backend.fail_next(Failure.THROTTLE)
    with pytest.raises(Throttled) as throttled:
        await backend.provider.send(notification(await backend.subscribe()))
    assert throttled.value.retry_after == 1.0


async def test_two_messages_have_two_ids(backend: PushBackend) -> None:
    point = await backend.subscribe()
    first, second = notification(point), notification(point)
    assert await backend.provider.send(first) != await backend.provider.send(replace(second, text="Another"))
