"""Whatever a provider call comes to is an answer; nothing that a provider says is lost on the way."""

import pytest

from shared.channels import errors
from shared.channels.errors import ChannelError, OutcomeUnknown, Rejected, Throttled, Unavailable, WindowClosed
from shared.channels.memory import Failure, MemoryProvider
from shared.channels.provider import Accepted, Outgoing
from shared.deliveries.delivery import Call
from shared.deliveries.messages import ProviderAnswered
from shared.deliveries.perform import OUTCOMES, Performer
from shared.runtime import decision
from tests.unit.deliveries.building import NOON, Sending, call


class Provider:
    """Gives one answer to every call."""

    def __init__(self, answer: Accepted | ChannelError) -> None:
        self.answer = answer
        self.calls: list[Outgoing] = []

    async def send(self, message: Outgoing) -> Accepted:
        self.calls.append(message)
        if isinstance(self.answer, ChannelError):
            raise self.answer
        return self.answer


def first_call() -> Call:
    return call(Sending().last)


async def answer_of(answer: Accepted | ChannelError, asked: Call | None = None) -> ProviderAnswered:
    return _body(await Performer({"sms": Provider(answer)})(asked or first_call()))


def _body(outgoing: decision.Outgoing) -> ProviderAnswered:
    assert isinstance(outgoing.body, ProviderAnswered)
    return outgoing.body


async def test_the_message_is_handed_over_as_it_was_pinned() -> None:
    provider, asked = Provider(Accepted("p1")), first_call()
    await Performer({"sms": provider})(asked)
    assert provider.calls == [asked.outgoing]


async def test_an_acceptance_brings_the_providers_id() -> None:
    body = await answer_of(Accepted("p1"))
    assert body == ProviderAnswered("C-1", "d1", 0, 1, "accepted", "p1")


@pytest.mark.parametrize(
    ("error", "outcome", "wait"),
    [
        (Rejected("provider_rejected", "400"), "rejected", 0.0),
        (Throttled(77.0), "unavailable", 77.0),
        (Throttled(), "unavailable", 0.0),
        (Unavailable("500"), "unavailable", 0.0),
        (OutcomeUnknown(), "unknown", 0.0),
        (WindowClosed("412"), "window_closed", 0.0),
    ],
)
async def test_every_failure_is_an_answer(error: ChannelError, outcome: str, wait: float) -> None:
    body = await answer_of(error)
    assert (body.outcome, body.provider_id, body.retry_after) == (outcome, "", wait)


def test_no_failure_of_a_channel_is_forgotten() -> None:
    known = {found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, ChannelError)}
    assert OUTCOMES.keys() == known - {ChannelError}


async def test_a_rejection_brings_its_reason() -> None:
    assert (await answer_of(Rejected("invalid_contact_point", "410"))).reason == "invalid_contact_point"


async def test_what_the_provider_said_stays_with_the_provider() -> None:
    body = await answer_of(Rejected("provider_rejected", "no such number +4930123456"))
    assert "4930123456" not in repr(body)


async def test_the_same_answer_to_the_same_call_is_the_same_message() -> None:
    async def identity(answer: Accepted | ChannelError, number: int) -> str:
        asked = Call("C-1", "d1", 0, number, first_call().outgoing)
        return (await Performer({"sms": Provider(answer)})(asked)).id

    assert await identity(Accepted("p1"), 1) == await identity(Accepted("p1"), 1)
    assert (
        len({await identity(Accepted("p1"), 1), await identity(Accepted("p1"), 2), await identity(OutcomeUnknown(), 1)})
        == 3
    )


async def test_each_channel_has_its_own_provider() -> None:
    sms, email = Provider(Accepted("p1")), Provider(Accepted("p2"))
    performer = Performer({"sms": sms, "email": email})
    await performer(call(Sending("email").last))
    assert (len(sms.calls), len(email.calls)) == (0, 1)


@pytest.mark.parametrize("failure", list(Failure))
async def test_nothing_that_the_simulated_provider_does_is_unforeseen(failure: Failure) -> None:
    provider = MemoryProvider(lambda: NOON, failures=lambda _: failure)
    body = _body(await Performer({"push": provider})(call(Sending("push").last)))
    assert body.outcome in set(OUTCOMES.values())


async def test_a_mistake_of_ours_is_not_taken_for_the_providers_answer() -> None:
    with pytest.raises(KeyError):
        await Performer({})(first_call())
