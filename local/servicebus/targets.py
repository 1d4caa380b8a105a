"""Where a client's messages go: a queue, or a node that answers."""

from typing import Protocol

from local.servicebus.entity import Entity
from local.servicebus.message import BATCH_FORMAT, accept, split_batch
from local.servicebus.requests import Request, parse_request


class Target(Protocol):
    """The end of a link that a client sends on."""

    def receive(self, data: bytes, message_format: int) -> None:
        """Take an encoded message; raise `RefusedError` or `MalformedError`."""


class QueueTarget:
    """Stores what comes."""

    def __init__(self, entity: Entity) -> None:
        self._entity = entity

    def receive(self, data: bytes, message_format: int) -> None:
        """Store a message, or all or none of a batch."""
        encoded = split_batch(data) if message_format == BATCH_FORMAT else [data]
        for message in [accept(each) for each in encoded]:
            self._entity.queue.send(message)
        self._entity.touch()


class Node(Protocol):
    """Something that answers requests."""

    def answer(self, request: Request) -> bytes:
        """Return the encoded answer."""


class Replies(Protocol):
    """The way back to a client."""

    def reply(self, address: str, reply_to: str | None, answer: bytes) -> None:
        """Send an answer on the link from an address that the client named as the place to reply to."""


class NodeTarget:
    """Answers what comes; an entity behind the node may have changed by it."""

    def __init__(self, node: Node, address: str, replies: Replies, entity: Entity | None = None) -> None:
        self._node = node
        self._address = address
        self._replies = replies
        self._entity = entity

    def receive(self, data: bytes, message_format: int) -> None:  # noqa: ARG002
        """Do what the request asks."""
        request = parse_request(data)
        self._replies.reply(self._address, request.reply_to, self._node.answer(request))
        if self._entity is not None:
            self._entity.touch()
