"""The sink itself: accepts messages, once each."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from local.sink.failures import Failures, Mode
from local.sink.ledger import Ledger
from local.sink.message import Channel, Message
from local.sink.records import Answered
from local.sink.repeatability import Answer, Repeats, RequestId, fingerprint_of
from local.sink.reports import delivery_reports

AFTERWARDS: Mapping[Channel, Mode] = {"sms": Mode.BOUNCE, "email": Mode.BOUNCE, "push": Mode.GONE}
"""Channel to how its provider says that an address is no good: in a report, or at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sink:
    """What the routes work with."""

    key: bytes
    ledger: Ledger
    repeats: Repeats
    failures: Failures
    now: Callable[[], datetime]

    async def accept(self, message: Message, request: RequestId | None, content: bytes) -> Answer:
        """Take the message, or give the first answer again; raise Refused where repeating is not safe."""
        fingerprint = fingerprint_of(content, request)
        with self.repeats.claim(message.channel, request, fingerprint, self.now()) as first:
            if first is not None:
                return first
            decided = self._decide(message, request, fingerprint)
            await self.ledger.record(decided)
            log.info("%s_answered status=%d id=%s", message.channel, decided.answer.status, message.id)
            await self._dawdle(message)
            return decided.answer

    async def relay(self, messages: list[Message]) -> None:
        """Take messages that nobody promised not to repeat and nobody reports on."""
        taken = [
            Answered(channel=message.channel, answer=Answer(status=202, message_id=message.id), message=message)
            for message in messages
        ]
        await asyncio.gather(*(self.ledger.record(each) for each in taken))
        log.info("smtp_accepted recipients=%d", len(messages))
        await asyncio.gather(*(self._dawdle(message) for message in messages))

    async def _dawdle(self, message: Message) -> None:
        if slow := self.failures.take(message.channel, message.to, Mode.SLOW):
            await asyncio.sleep(slow.seconds)

    def _decide(self, message: Message, request: RequestId | None, fingerprint: str) -> Answered:
        failure = self.failures.take(message.channel, message.to, Mode.REJECT, AFTERWARDS[message.channel])
        request_id = request.id if request else None
        decided = Answered(
            channel=message.channel,
            request_id=request_id,
            fingerprint=fingerprint,
            answer=Answer(status=202, message_id=message.id),
        )
        if failure and failure.mode is Mode.REJECT:
            decided.answer = Answer(status=400, error="The recipient was refused on demand.")
            return decided
        if failure and failure.mode is Mode.GONE:
            decided.answer = Answer(status=410, error="The subscription is gone on demand.")
            return decided
        decided.events = delivery_reports(message, failure.status if failure else None, self.now())
        state = "failed" if failure else "delivered" if decided.events else "accepted"
        decided.message = message.model_copy(update={"state": state, "repeatability_id": request_id})
        return decided


def new_id(message_kind: Channel, now: datetime) -> str:
    """A message id in the provider's form."""
    return str(uuid4()) if message_kind != "sms" else f"Outgoing_{now:%Y%m%d%H%M%S}{uuid4()}"
