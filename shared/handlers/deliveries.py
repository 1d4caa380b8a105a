"""What is said to deliveries."""

from typing import Any

from shared import facts
from shared.deliveries import delivery as deliveries
from shared.deliveries import messages as delivery_messages
from shared.deliveries.facts import SendFacts
from shared.deliveries.reply import Reply, take_again, take_reply
from shared.deliveries.report import apply_report
from shared.deliveries.send import provider_answered, send, send_again
from shared.handlers.surroundings import Surroundings
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key
from shared.runtime.ids import quoted
from shared.runtime.store import Store


def handlers(around: Surroundings) -> tuple[AnyHandler, ...]:
    def key(message: Message[Any]) -> Key:
        return Key(deliveries.TABLE, quoted(message.body.contact), f"delivery:{message.body.delivery}")

    def reply_key(message: Message[delivery_messages.TakeReply]) -> Key:
        return Key(deliveries.TABLE, quoted(message.body.contact), f"reply:{message.body.reply}")

    async def newest_sms(store: Store, message: Message[delivery_messages.TakeReply], reply: Reply | None) -> str:
        return "" if reply else await facts.newest_sms(store, message.body.contact, message.body.at)

    def gathered(channel: str) -> Any:
        async def send_facts(
            store: Store, message: Message[delivery_messages.SendMessage], _delivery: object
        ) -> SendFacts:
            body = message.body
            recipient = await facts.recipient(store, body.contact, channel, body.points_of)
            template, version = await around.definitions.template(body.template)
            sender = around.senders.get(channel, "")
            is_stopped = await around.definitions.is_stopped(body.journey) if body.journey else False
            return SendFacts(
                channel, recipient, template, version, sender, around.ticket_link, around.reply_mark, is_stopped
            )

        return send_facts

    return (
        *(
            Handler(body, deliveries.Delivery, key, send_again, send, gathered(channel), writes_first=True)
            for channel, body in delivery_messages.SEND.items()
        ),
        Handler(delivery_messages.ProviderAnswered, deliveries.Delivery, key, provider_answered),
        Handler(delivery_messages.DeliveryReported, deliveries.Delivery, key, apply_report),
        Handler(delivery_messages.TakeReply, Reply, reply_key, take_again, take_reply, newest_sms),
    )
