"""Which link an attach asks for, and whether the client may have it."""

from typing import TYPE_CHECKING

from local.servicebus.addresses import CBS, DEAD_LETTER_SUFFIX, MANAGEMENT_SUFFIX, entity_path
from local.servicebus.amqp.performatives import Attach
from local.servicebus.amqp.types import Described, Value
from local.servicebus.broker import Broker
from local.servicebus.cbs import TokenNode
from local.servicebus.errors import NOT_ALLOWED, RefusedError
from local.servicebus.links import IncomingLink, OutgoingLink, QueueLink, ReplyLink
from local.servicebus.locks import Clock
from local.servicebus.management import ManagementNode
from local.servicebus.sas import AccessKey, Grants
from local.servicebus.targets import NodeTarget, QueueTarget

if TYPE_CHECKING:
    from local.servicebus.session import Session

_SENT_SETTLED = 1
_SESSION_FILTER = "com.microsoft:session-filter"
_ADDRESS, _FILTER = 0, 7


class LinkOpener:
    """Opens the links of one connection, as far as its tokens allow."""

    def __init__(self, broker: Broker, key: AccessKey, clock: Clock) -> None:
        self._broker = broker
        self._grants = Grants(clock)
        self._tokens = TokenNode(key, self._grants)

    def open(self, session: "Session", attach: Attach) -> IncomingLink | OutgoingLink:
        """Return the link; raise `RefusedError`."""
        if attach.role:
            return self._open_outgoing(session, attach)
        return self._open_incoming(session, attach)

    def _open_outgoing(self, session: "Session", attach: Attach) -> OutgoingLink:
        handle, path = int(attach.handle), entity_path(_text(attach.source, _ADDRESS))
        if path == CBS:
            return ReplyLink(session, handle, path, _text(attach.target, _ADDRESS))
        self._grants.check(path)
        entity = self._broker.find(path.removesuffix(MANAGEMENT_SUFFIX))
        if path.endswith(MANAGEMENT_SUFFIX):
            return ReplyLink(session, handle, path, _text(attach.target, _ADDRESS))
        filters = _field(attach.source, _FILTER)
        if isinstance(filters, dict) and _SESSION_FILTER in filters:
            raise RefusedError(NOT_ALLOWED, f"'{path}' has no sessions: a session receiver cannot be created.")
        return QueueLink(session, handle, entity, presettled=attach.snd_settle_mode == _SENT_SETTLED)

    def _open_incoming(self, session: "Session", attach: Attach) -> IncomingLink:
        handle, path = int(attach.handle), entity_path(_text(attach.target, _ADDRESS))
        if path == CBS:
            return IncomingLink(session, handle, NodeTarget(self._tokens, path, session))
        self._grants.check(path)
        entity = self._broker.find(path.removesuffix(MANAGEMENT_SUFFIX))
        if path.endswith(MANAGEMENT_SUFFIX):
            node = ManagementNode(entity.queue)
            return IncomingLink(session, handle, NodeTarget(node, path, session, entity))
        if path.endswith(DEAD_LETTER_SUFFIX):
            raise RefusedError(NOT_ALLOWED, f"'{path}': nobody sends to a dead-letter queue.")
        return IncomingLink(session, handle, QueueTarget(entity))


def _text(terminus: Described | None, index: int) -> str:
    value = _field(terminus, index)
    return value if isinstance(value, str) else ""


def _field(terminus: Described | None, index: int) -> Value:
    fields = terminus.value if isinstance(terminus, Described) else None
    return fields[index] if isinstance(fields, list) and len(fields) > index else None
