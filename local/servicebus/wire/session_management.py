"""The management operations of a queue with sessions."""

from collections.abc import Callable

from local.servicebus.amqp.types import Array, Timestamp
from local.servicebus.errors import ARGUMENT_ERROR, RefusedError
from local.servicebus.queues.session_queue import SessionQueue
from local.servicebus.wire.request_body import Body, count_of, field

_ALL = 253_402_300_800_000
"""The time that SDKs name when they want all sessions: .NET's latest."""
MAX_STATE_SIZE = 256 * 1024
"""Bytes on the Standard tier: a session's state is as large as a message at most."""


def session_operations(queue: SessionQueue) -> dict[str, Callable[[Body], Body]]:
    """Return the operations by name."""
    return {
        "renew-session-lock": lambda body: {"expiration": Timestamp(queue.renew_session(_session(body)))},
        "get-session-state": lambda body: {"session-state": queue.session_state(_session(body))},
        "set-session-state": lambda body: _set_state(queue, body),
        "get-message-sessions": lambda body: _list_sessions(queue, body),
    }


def _set_state(queue: SessionQueue, body: Body) -> Body:
    state = body.get("session-state")
    if not isinstance(state, bytes | None):
        raise RefusedError(ARGUMENT_ERROR, "The field 'session-state' is no binary.")
    if state is not None and len(state) > MAX_STATE_SIZE:
        raise RefusedError(ARGUMENT_ERROR, f"The state has {len(state)} bytes; at most {MAX_STATE_SIZE} are allowed.")
    queue.set_session_state(_session(body), state)
    return {}


def _list_sessions(queue: SessionQueue, body: Body) -> Body:
    """Return a page of ids, in an order that stays as it is from page to page."""
    updated_after, skip, top = field(body, "last-updated-time", int), count_of(body, "skip"), count_of(body, "top")
    page = queue.session_ids(None if updated_after >= _ALL else updated_after)[skip : skip + top]
    return {"skip": skip + len(page), "sessions-ids": Array(page)}


def _session(body: Body) -> str:
    return field(body, "session-id", str)
