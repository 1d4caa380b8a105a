"""Making a provider call; whatever it comes to is an answer, handled in the same invocation."""

from collections.abc import Mapping

from shared.channels import errors
from shared.channels.provider import Provider
from shared.deliveries.delivery import Call
from shared.deliveries.messages import ProviderAnswered
from shared.runtime import log
from shared.runtime.decision import Outgoing
from shared.runtime.ids import derived

OUTCOMES: Mapping[type[errors.ChannelError], str] = {
    errors.Rejected: "rejected",
    errors.Throttled: "unavailable",
    errors.Unavailable: "unavailable",
    errors.OutcomeUnknown: "unknown",
    errors.WindowClosed: "window_closed",
}


class Performer:
    """Asks the provider of the message's channel."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers

    async def __call__(self, call: Call) -> Outgoing:
        outcome, provider_id, why, reason, retry_after = "accepted", "", "", "", 0.0
        try:
            provider_id = (await self._providers[call.outgoing.channel].send(call.outgoing)).provider_id
        except errors.ChannelError as error:
            outcome, why = OUTCOMES[type(error)], type(error).__name__
            retry_after = getattr(error, "retry_after", None) or 0.0
            reason = getattr(error, "reason_code", "")
        log.info("provider_answered", delivery=call.delivery, outcome=outcome, attempt=call.attempt, why=why)
        answer = ProviderAnswered(
            call.contact, call.delivery, call.attempt, call.number, outcome, provider_id, retry_after, reason
        )
        return Outgoing(derived("answer", call.delivery, str(call.attempt), str(call.number), outcome), answer)
