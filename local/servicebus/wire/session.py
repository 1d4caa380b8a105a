"""A session: the links of one channel, and the windows of transfers in both directions (part 2.5)."""

from collections import deque
from typing import TYPE_CHECKING
from uuid import UUID

from local.servicebus.amqp.encoder import encode, encode_list, encode_uint
from local.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Detach,
    Disposition,
    Flow,
    Performative,
    Transfer,
    encode_performative,
)
from local.servicebus.amqp.types import Described, MalformedError, Symbol, UInt, ULong, UShort, Value
from local.servicebus.errors import RefusedError
from local.servicebus.queues.message import MAX_MESSAGE_SIZE
from local.servicebus.wire.links import IncomingLink, OutgoingLink, QueueLink, ReplyLink, Unsettled
from local.servicebus.wire.opener import LinkOpener
from local.servicebus.wire.outcomes import encode_settlement, error, is_outcome, rejected, settle

if TYPE_CHECKING:
    from local.servicebus.wire.connection import Connection

WINDOW = 5000
_HANDLE_MAX = 255
_BATCH_SIZE = Symbol("com.microsoft:max-message-batch-size")
_ID_MASK = 0xFFFFFFFF
_TRANSFER = b"\x00\x53\x14"
_FORMAT_SETTLED_MORE = {
    (settled, more): (encode(UInt(0)), encode(settled), encode(more))
    for settled in (False, True)
    for more in (False, True)
}

type Link = IncomingLink | OutgoingLink


class Session:
    """Hands frames to the links they are for, and sends the frames of links."""

    def __init__(self, connection: "Connection", opener: LinkOpener, channel: int, begin: Begin) -> None:
        self._connection = connection
        self._opener = opener
        self._channel = channel
        self._links: dict[int, Link] = {}
        self._unsettled = Unsettled()
        self._next_incoming_id = int(begin.next_outgoing_id)
        self._incoming_window = WINDOW
        self._next_outgoing_id = 0
        self._next_delivery_id = 0
        self._outgoing_window = int(begin.incoming_window)
        self._waiting = deque[bytes]()
        self._send(Begin(UShort(channel), UInt(0), UInt(WINDOW), UInt(WINDOW), UInt(_HANDLE_MAX)))

    def take(self, performative: Performative, payload: bytes) -> None:
        """Handle a frame of this session; frames for links that are gone are still under way and mean nothing."""
        match performative:
            case Transfer():
                self._take_transfer(performative, payload)
            case Disposition():
                self._take_disposition(performative)
            case Flow():
                self._take_flow(performative)
            case Attach():
                self._take_attach(performative)
            case Detach():
                self._take_detach(performative)
            case _:
                raise MalformedError(f"a frame of kind {type(performative).__name__} in a session")

    def end(self) -> None:
        """Close all links."""
        for link in self._links.values():
            if isinstance(link, OutgoingLink):
                link.close()
        self._links.clear()

    def resume(self) -> None:
        """Let queues serve the links again."""
        for link in self._links.values():
            if isinstance(link, QueueLink):
                link.touch()

    def can_send(self) -> bool:
        """Tell whether the client takes more: its window is open, and its socket drains."""
        return not self._waiting and self._connection.is_writable

    def reply(self, address: str, reply_to: str | None, answer: bytes) -> None:
        """Send a node's answer on the link that the request named, or else on the last one from that node."""
        links = [link for link in self._links.values() if isinstance(link, ReplyLink) and link.address == address]
        named = [link for link in links if link.reply_to == reply_to]
        for link in (named or links)[-1:]:
            link.reply(answer)

    def await_outcome(self, delivery_id: int, link: QueueLink, token: UUID) -> None:
        """Remember what a disposition for this delivery is about."""
        self._unsettled.add(delivery_id, link, token)

    def settle_incoming(self, delivery_id: int, outcome: Described) -> None:
        """Tell the client what became of its message."""
        self._connection.send_frame(self._channel, encode_settlement(True, delivery_id, outcome))

    def answer_attach(
        self, attach: Attach, source: Described | None = None, properties: dict[Value, Value] | None = None
    ) -> None:
        """Tell the client that it has its link, with the source where that is not the one it asked for."""
        answer = _attach_answer(attach, source or attach.source, attach.target)
        self._send(answer if properties is None else answer._replace(properties=properties))

    def refuse_attach(self, attach: Attach, refused: RefusedError) -> None:
        """A link is refused by attaching it to nothing and detaching it with the reason (part 2.6.3)."""
        self._links.pop(int(attach.handle), None)
        source, target = (None, attach.target) if attach.role else (attach.source, None)
        self._send(_attach_answer(attach, source, target))
        self._send(Detach(attach.handle, True, error(refused)))

    def detach(self, attach: Attach, reason: RefusedError) -> None:
        """End a link from this side; the client's own detach that answers it finds none."""
        link = self._links.pop(int(attach.handle), None)
        if link is not None:
            self._close(link)
            self._send(Detach(attach.handle, True, error(reason)))

    def detach_idle(self, since: float, reason: RefusedError) -> None:
        """End the links that nothing has happened on since a time of the event loop's clock."""
        for link in list(self._links.values()):
            if link.is_idle(since):
                self.detach(link.attach, reason)

    def send_link_flow(self, handle: int, delivery_count: int, credit: int, *, drain: bool = False) -> None:
        """Tell the client the credit of a link, and the session's windows."""
        link = self._windows()._replace(handle=UInt(handle), delivery_count=UInt(delivery_count))
        self._send(link._replace(link_credit=UInt(credit), drain=drain or None))

    def send_transfer(self, handle: int, tag: bytes, payload: bytes, *, settled: bool) -> int:
        """Send a message in as many frames as it takes, and return its delivery id."""
        delivery_id = self._next_delivery_id
        self._next_delivery_id = (delivery_id + 1) & _ID_MASK
        start = (encode_uint(handle), encode_uint(delivery_id), encode(tag))
        room = self._connection.payload_room
        for position in range(0, len(payload), room):
            more = position + room < len(payload)
            performative = _TRANSFER + encode_list((*start, *_FORMAT_SETTLED_MORE[settled, more]))
            self._waiting.append(performative + payload[position : position + room])
        self._send_waiting()
        return delivery_id

    def _send_waiting(self) -> None:
        while self._waiting and self._outgoing_window > 0:
            self._outgoing_window -= 1
            self._next_outgoing_id = (self._next_outgoing_id + 1) & _ID_MASK
            self._connection.send_frame(self._channel, self._waiting.popleft())

    def _send(self, performative: Performative) -> None:
        self._connection.send_frame(self._channel, encode_performative(performative))

    def _take_transfer(self, transfer: Transfer, payload: bytes) -> None:
        self._next_incoming_id = (self._next_incoming_id + 1) & _ID_MASK
        self._incoming_window -= 1
        link = self._links.get(transfer.handle)
        if isinstance(link, IncomingLink):
            link.take_transfer(transfer, payload)
        if self._incoming_window <= WINDOW // 2:
            self._send(self._windows())

    def _windows(self) -> Flow:
        """Return a flow that opens the window for incoming transfers again."""
        self._incoming_window = WINDOW
        return Flow(UInt(self._next_incoming_id), UInt(WINDOW), UInt(self._next_outgoing_id), UInt(WINDOW))

    def _take_flow(self, flow: Flow) -> None:
        seen = flow.next_incoming_id if flow.next_incoming_id is not None else 0
        self._outgoing_window = seen + flow.incoming_window - self._next_outgoing_id
        if self._waiting:
            self._send_waiting()
            self.resume()
        link = self._links.get(flow.handle) if flow.handle is not None else None
        if isinstance(link, OutgoingLink):
            link.take_flow(flow)

    def _take_disposition(self, disposition: Disposition) -> None:
        """Settle what a receiver decided about; the answer is one frame per delivery, which the SDKs wait for."""
        state = disposition.state
        if not disposition.role or state is None or not is_outcome(state):
            return
        first = disposition.first
        last = disposition.last if disposition.last is not None else first
        for delivery_id, link, token in self._unsettled.take(first, last):
            try:
                confirmed = settle(link.queue, token, state)
            except RefusedError as refused:
                confirmed = rejected(refused)
            if not disposition.settled:
                self._connection.send_frame(self._channel, encode_settlement(False, delivery_id, confirmed))

    def _take_attach(self, attach: Attach) -> None:
        handle = int(attach.handle)
        if handle in self._links or handle > _HANDLE_MAX:
            raise MalformedError(f"link '{attach.name}' with handle {handle}, which is in use or out of range")
        try:
            link = self._opener.build(self, attach)
            link.open()
        except RefusedError as refused:
            self.refuse_attach(attach, refused)
            return
        self._links[handle] = link

    def _take_detach(self, detach: Detach) -> None:
        link = self._links.pop(detach.handle, None)
        if link is not None:
            self._close(link)
            self._send(Detach(detach.handle, True))

    def _close(self, link: Link) -> None:
        if isinstance(link, OutgoingLink):
            link.close()
            self._unsettled.forget(link)


def _attach_answer(attach: Attach, source: Described | None, target: Described | None) -> Attach:
    """Mirror an attach: same name and handle, the other role, the limits of this end."""
    receives = attach.role
    return Attach(
        attach.name,
        attach.handle,
        not attach.role,
        attach.snd_settle_mode,
        attach.rcv_settle_mode,
        source,
        target,
        initial_delivery_count=UInt(0) if receives else None,
        max_message_size=None if receives else ULong(MAX_MESSAGE_SIZE),
        properties=None if receives else {_BATCH_SIZE: UInt(MAX_MESSAGE_SIZE)},
    )
