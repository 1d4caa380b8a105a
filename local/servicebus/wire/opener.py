"""Which link an attach asks for, and whether the client may have it."""

from typing import TYPE_CHECKING

from local.servicebus.addresses import CBS, DEAD_LETTER_SUFFIX, MANAGEMENT_SUFFIX, entity_path
from local.servicebus.amqp.performatives import Attach
from local.servicebus.amqp.types import Described, Value
from local.servicebus.broker import Broker
from local.servicebus.entity import Entity
from local.servicebus.errors import ARGUMENT_ERROR, NOT_ALLOWED, RefusedError
from local.servicebus.queues.locks import Clock
from local.servicebus.queues.message import check_id
from local.servicebus.queues.session_queue import SessionQueue
from local.servicebus.wire.cbs import TokenNode
from local.servicebus.wire.links import IncomingLink, OutgoingLink, QueueLink, ReplyLink
from local.servicebus.wire.management import ManagementNode
from local.servicebus.wire.sas import AccessKey, Grants
from local.servicebus.wire.session_link import SESSION_FILTER, SessionLink
from local.servicebus.wire.targets import NodeTarget, QueueTarget

if TYPE_CHECKING:
    from local.servicebus.wire.session import Session

_ADDRESS, _FILTER = 0, 7


class LinkOpener:
    """Builds the links of one connection, as far as its tokens allow."""

    def __init__(self, broker: Broker, key: AccessKey, clock: Clock) -> None:
        self._broker = broker
        self._grants = Grants(clock)
        self._tokens = TokenNode(key, self._grants, broker)

    def build(self, session: "Session", attach: Attach) -> IncomingLink | OutgoingLink:
        """Return the link, not yet open; raise `RefusedError`."""
        if attach.role:
            return self._build_outgoing(session, attach)
        return self._build_incoming(session, attach)

    def _build_outgoing(self, session: "Session", attach: Attach) -> OutgoingLink:
        path, reply_to = entity_path(_text(attach.source, _ADDRESS)), _text(attach.target, _ADDRESS)
        if path == CBS:
            return ReplyLink(session, attach, path, reply_to)
        entity = self._find(path)
        if path.endswith(MANAGEMENT_SUFFIX):
            return ReplyLink(session, attach, path, reply_to)
        if entity.queue.forward_to is not None:
            raise RefusedError(NOT_ALLOWED, f"'{path}' forwards its messages: it has none to receive.")
        filters = _field(attach.source, _FILTER)
        wants_session = isinstance(filters, dict) and SESSION_FILTER in filters
        return self._build_receiver(session, attach, entity, wants_session)

    def _build_receiver(self, session: "Session", attach: Attach, entity: Entity, wants_session: bool) -> OutgoingLink:
        queue = entity.queue
        if isinstance(queue, SessionQueue):
            if not wants_session:
                raise RefusedError(
                    NOT_ALLOWED,
                    f"'{queue.name}' requires sessions: it is not possible to create a receiver without one.",
                )
            wanted = _field(attach.source, _FILTER)[SESSION_FILTER]
            return SessionLink(session, attach, entity, queue, _session_id(wanted))
        if wants_session:
            raise RefusedError(NOT_ALLOWED, f"'{queue.name}' has no sessions: a session receiver cannot be created.")
        return QueueLink(session, attach, entity)

    def _build_incoming(self, session: "Session", attach: Attach) -> IncomingLink:
        path = entity_path(_text(attach.target, _ADDRESS))
        if path == CBS:
            return IncomingLink(session, attach, NodeTarget(self._tokens, path, session))
        queue = self._find(path).queue
        if path.endswith(MANAGEMENT_SUFFIX):
            return IncomingLink(session, attach, NodeTarget(ManagementNode(queue), path, session))
        if path.endswith(DEAD_LETTER_SUFFIX):
            raise RefusedError(NOT_ALLOWED, f"'{path}': nobody sends to a dead-letter queue.")
        return IncomingLink(session, attach, QueueTarget(queue))

    def _find(self, path: str) -> Entity:
        self._grants.check(path)
        return self._broker.find(path.removesuffix(MANAGEMENT_SUFFIX))


def _session_id(wanted: Value) -> str | None:
    """Return the id that a session filter asks for; None asks for any. Some SDKs describe the value."""
    if isinstance(wanted, Described):
        wanted = wanted.value
    if not isinstance(wanted, str | None):
        raise RefusedError(ARGUMENT_ERROR, "The session filter is no text.")
    check_id("SessionId", wanted)
    return wanted


def _text(terminus: Described | None, index: int) -> str:
    value = _field(terminus, index)
    return value if isinstance(value, str) else ""


def _field(terminus: Described | None, index: int) -> Value:
    fields = terminus.value if isinstance(terminus, Described) else None
    return fields[index] if isinstance(fields, list) and len(fields) > index else None
