"""Where a client's messages go: a queue, or a node that answers."""

from typing import Protocol

from local.servicebus.queues.message import BATCH_FORMAT, accept, split_batch
from local.servicebus.queues.queue import Queue
from local.servicebus.wire.requests import Request, parse_request


class Target(Protocol):
    """The end of a link that a client sends on."""

    def receive(self, data: bytes, message_format: int) -> None:
        """Take an encoded message; raise `RefusedError` or `MalformedError`."""


class QueueTarget:
    """Stores what comes."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def receive(self, data: bytes, message_format: int) -> None:
        """Store a message, or all or none of a batch."""
        encoded = split_batch(data) if message_format == BATCH_FORMAT else [data]
        messages = [accept(each) for each in encoded]
        for message in messages:
            self._queue.check(message)
        for message in messages:
            self._queue.send(message)


class Node(Protocol):
    """Something that answers requests."""

    def answer(self, request: Request) -> bytes:
        """Return the encoded answer."""


class Replies(Protocol):
    """The way back to a client."""

    def reply(self, address: str, reply_to: str | None, answer: bytes) -> None:
        """Send an answer on the link from an address that the client named as the place to reply to."""


class NodeTarget:
    """Answers what comes."""

    def __init__(self, node: Node, address: str, replies: Replies) -> None:
        self._node = node
        self._address = address
        self._replies = replies

    def receive(self, data: bytes, message_format: int) -> None:  # noqa: ARG002
        """Do what the request asks."""
        request = parse_request(data)
        self._replies.reply(self._address, request.reply_to, self._node.answer(request))
