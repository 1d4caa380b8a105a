"""What each error of the Service Bus SDK means, with the SDK's sender replaced: no emulator gives most of them."""

from typing import cast

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusSender
from azure.servicebus.exceptions import (
    MessageSizeExceededError,
    MessagingEntityDisabledError,
    OperationTimeoutError,
    ServiceBusCommunicationError,
    ServiceBusConnectionError,
    ServiceBusError,
    ServiceBusQuotaExceededError,
    ServiceBusServerBusyError,
)

from shared.runtime.azure.sender import QueueSender
from shared.runtime.errors import CarebusError, Throttled, TooLarge, Unavailable


class Links:
    """Links that fail with the planned errors, one a send; then they send."""

    def __init__(self, *errors: ServiceBusError) -> None:
        self.errors = list(errors)
        self.opened = 0
        self.closed = 0
        self.sent: list[ServiceBusMessage] = []

    def connect(self) -> ServiceBusSender:
        self.opened += 1
        return cast("ServiceBusSender", self)

    async def send_messages(self, message: ServiceBusMessage) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)

    async def close(self) -> None:
        self.closed += 1


async def send(links: Links) -> None:
    await QueueSender("send-sms", links.connect).send([ServiceBusMessage(b"{}")])


@pytest.mark.parametrize(
    "error",
    [ServiceBusConnectionError(), ServiceBusCommunicationError(), OperationTimeoutError(), ServiceBusError("detached")],
    ids=lambda error: type(error).__name__,
)
async def test_a_broken_link_is_closed_and_the_send_repeated_on_a_new_one(error: ServiceBusError) -> None:
    links = Links(error)
    await send(links)
    assert (links.opened, links.closed, len(links.sent)) == (2, 1, 1)


async def test_two_broken_links_are_unavailability() -> None:
    links = Links(ServiceBusConnectionError(), MessagingEntityDisabledError())
    with pytest.raises(Unavailable, match=r"send-sms.*MessagingEntityDisabledError"):
        await send(links)
    assert (links.opened, links.closed, links.sent) == (2, 2, [])


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (ServiceBusServerBusyError(), Throttled),
        (ServiceBusQuotaExceededError(), Throttled),
        (MessageSizeExceededError(), TooLarge),
    ],
)
async def test_a_refusal_is_not_repeated_and_keeps_the_link(
    error: ServiceBusError, meaning: type[CarebusError]
) -> None:
    links = Links(error)
    with pytest.raises(meaning, match="send-sms"):
        await send(links)
    assert (links.opened, links.closed, links.sent) == (1, 0, [])
