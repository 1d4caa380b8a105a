"""Messages to the sample app's queues, and what its functions say."""

import json
from typing import Any

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient


class Bus:
    """Sends to the sample app's queues, and reads what its functions say."""

    def __init__(self, client: ServiceBusClient) -> None:
        self._client = client

    async def send(self, queue: str, *messages: ServiceBusMessage) -> None:
        async with self._client.get_queue_sender(queue) as sender:
            await sender.send_messages(list(messages))

    async def seen(self, count: int) -> list[dict[str, Any]]:
        """The next things that functions said; fewer only after 30 s of silence."""
        facts: list[dict[str, Any]] = []
        async with self._client.get_queue_receiver("seen") as receiver:
            while len(facts) < count and (messages := await receiver.receive_messages(1, max_wait_time=30)):
                facts += [json.loads(str(message)) for message in messages]
                await receiver.complete_message(messages[0])
        return facts
