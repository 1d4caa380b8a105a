"""The node `$management` of an entity: all that does not fit a link (Service Bus, "AMQP request-response")."""

from collections.abc import Callable
from uuid import UUID, uuid4

from local.servicebus.amqp.types import Array, Long, Symbol, Timestamp, Value
from local.servicebus.errors import ARGUMENT_ERROR, NOT_ALLOWED, NOT_IMPLEMENTED, RefusedError
from local.servicebus.queues.entry import Entry
from local.servicebus.queues.message import MAX_MESSAGE_SIZE, accept
from local.servicebus.queues.queue import Queue
from local.servicebus.queues.session_queue import SessionQueue
from local.servicebus.wire.delivery import render, render_unlocked
from local.servicebus.wire.outcomes import checked_properties
from local.servicebus.wire.request_body import Body, count_of, field, list_of, session_id_of
from local.servicebus.wire.requests import Request, encode_answer
from local.servicebus.wire.session_management import session_operations

_OK = (200, "OK")
_NO_CONTENT = (204, "No Content")
_LISTS = ("messages", "sessions-ids")
"""What an answer lists; where there is nothing to list, it has no content."""
_RECEIVE_AND_DELETE = 0


class ManagementNode:
    """Does the management operations of one queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._operations: dict[str, Callable[[Body], Body]] = {
            "renew-lock": self._renew_lock,
            "schedule-message": self._schedule_message,
            "cancel-scheduled-message": self._cancel_scheduled_message,
            "peek-message": self._peek_message,
            "receive-by-sequence-number": self._receive_by_sequence_number,
            "update-disposition": self._update_disposition,
        }
        if isinstance(queue, SessionQueue):
            self._operations |= session_operations(queue)

    def answer(self, request: Request) -> bytes:
        """Do what is asked, or say why not."""
        try:
            body = self._do(request)
        except RefusedError as refused:
            return _encode(request, (refused.status, refused.description), {}, refused.condition)
        if any(body.get(name) == [] for name in _LISTS):
            return _encode(request, _NO_CONTENT, {})
        return _encode(request, _OK, body)

    def _do(self, request: Request) -> Body:
        operation = self._operations.get(request.operation)
        if operation is None:
            raise RefusedError(NOT_IMPLEMENTED, f"$management: there is no operation '{request.operation}'.")
        return operation(request.body if isinstance(request.body, dict) else {})

    def _renew_lock(self, body: Body) -> Body:
        tokens = list_of(body, "lock-tokens", UUID)
        return {"expirations": Array(Timestamp(self._queue.renew(token)) for token in tokens)}

    def _schedule_message(self, body: Body) -> Body:
        """Schedule all or none; a duplicate, which is not stored, gets the number 0."""
        if self._queue.settings.dead_letters_of is not None:
            raise RefusedError(NOT_ALLOWED, f"'{self._queue.name}': nobody sends to a dead-letter queue.")
        messages = [accept(field(message, "message", bytes)) for message in list_of(body, "messages", dict)]
        for message in messages:
            self._queue.check(message)
        return {"sequence-numbers": Array(Long(self._queue.send(message) or 0) for message in messages)}

    def _cancel_scheduled_message(self, body: Body) -> Body:
        self._queue.cancel(list_of(body, "sequence-numbers", int))
        return {}

    def _peek_message(self, body: Body) -> Body:
        """Return messages as far as they fit into one answer, but at least one."""
        start, count = field(body, "from-sequence-number", int), count_of(body, "message-count", at_least=1)
        messages: list[Body] = []
        size = 0
        for entry in self._queue.peek(start, count, session_id_of(body)):
            encoded = render_unlocked(entry)
            size += len(encoded)
            if messages and size > MAX_MESSAGE_SIZE:
                break
            messages.append({"message": encoded})
        return {"messages": messages}

    def _receive_by_sequence_number(self, body: Body) -> Body:
        entries = self._queue.receive_deferred(list_of(body, "sequence-numbers", int), session_id_of(body))
        delete = body.get("receiver-settle-mode") == _RECEIVE_AND_DELETE
        return {"messages": [self._hand_over(entry, delete) for entry in entries]}

    def _hand_over(self, entry: Entry, delete: bool) -> Body:
        handed = {"message": render(entry), "lock-token": entry.token or uuid4()}
        if delete and entry.token is not None:
            self._queue.complete(entry.token)
        return handed

    def _update_disposition(self, body: Body) -> Body:
        status, properties = body.get("disposition-status"), checked_properties(body.get("properties-to-modify"))
        for token in list_of(body, "lock-tokens", UUID):
            match status:
                case "completed":
                    self._queue.complete(token)
                case "abandoned":
                    self._queue.abandon(token, properties)
                case "defered":
                    self._queue.defer(token, properties)
                case "suspended":
                    reason, description = body.get("deadletter-reason"), body.get("deadletter-description")
                    self._queue.dead_letter(token, reason, description, properties)
                case _:
                    raise RefusedError(ARGUMENT_ERROR, f"There is no disposition status '{status}'.")
        return {}


def _encode(request: Request, status: tuple[int, str], body: Body, condition: str | None = None) -> bytes:
    properties: dict[str, Value] = {"statusCode": status[0], "statusDescription": status[1]}
    if condition is not None:
        properties["errorCondition"] = Symbol(condition)
    return encode_answer(request, properties, body)
