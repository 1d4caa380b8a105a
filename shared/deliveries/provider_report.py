"""Reports of Azure Communication Services, as Event Grid delivers them to the queue `delivery-reports`.

Sources: learn.microsoft.com/azure/event-grid/communication-services-telephony-sms-events and -email-events. Their
samples differ in the case of keys and values, so both are read without regard to it.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import AwareDatetime, BaseModel, ValidationError

from shared.deliveries.messages import DeliveryReported, SmsReceived
from shared.runtime import codec
from shared.runtime.clock import Clock
from shared.runtime.envelope import Envelope, decode
from shared.runtime.errors import Transient, Undecodable
from shared.runtime.ids import derived, joined
from shared.runtime.store import Store

QUEUE = "delivery-reports"
REFERENCES = ("refs", "provider-message")
LATE = timedelta(hours=1)
"""A report may overtake the row that says whose it is, but not by so much."""

FIRST_PAUSE = timedelta(seconds=30)

SMS_STATUS: Mapping[str, str] = {"delivered": "delivered", "failed": "failed"}
EMAIL_STATUS: Mapping[str, str] = {
    "delivered": "delivered",
    "bounced": "bounced_hard",
    "suppressed": "bounced_hard",
    "failed": "failed",
    "quarantined": "failed",
    "filteredspam": "failed",
}
ENGAGEMENT: Mapping[str, str] = {"view": "opened", "click": "clicked"}

STATUS_OF: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "microsoft.communication.smsdeliveryreportreceived": ("deliverystatus", SMS_STATUS),
    "microsoft.communication.emaildeliveryreportreceived": ("status", EMAIL_STATUS),
    "microsoft.communication.emailengagementtrackingreportreceived": ("engagementtype", ENGAGEMENT),
}
"""Event type to the field that tells, and its values to our reports."""
RECEIVED = "microsoft.communication.smsreceived"
READ_BEFORE = (DeliveryReported.kind, SmsReceived.kind)
LONGEST_LINK = 500
LONGEST_REPLY = 2000


class ReportEvent(BaseModel):
    """The CloudEvent around a report."""

    id: str
    source: str
    type: str
    time: AwareDatetime
    data: dict[str, Any]


class Overtaken(Transient):
    """A report came before the row that says whose it is."""

    def __init__(self, age: timedelta) -> None:
        super().__init__()
        self.pause = max(age, FIRST_PAUSE)  # doubles with its age: a handful of looks in an hour


class ProviderReports:
    """Reads a provider's report as a message to one delivery, and an SMS that a customer wrote as one to them."""

    def __init__(self, store: Store, clock: Clock, public_url: str = "") -> None:
        self._store = store
        self._clock = clock
        self._public_url = public_url

    async def read(self, raw: bytes) -> Envelope:
        """Raises Undecodable with the field at fault, Overtaken where the delivery is not known yet."""
        content = _json(raw)
        if isinstance(content, dict) and content.get("kind") in READ_BEFORE:
            return decode(raw)  # read before, and sent again because of transient trouble
        event = _event(content)
        data = {key.lower(): value for key, value in event.data.items()}
        body = _received(event, data) if event.type.lower() == RECEIVED else await self._reported(event, data)
        identity = derived("report", event.source, event.id)
        return Envelope(identity, body.kind, self._clock.now(), codec.plain(body))

    async def _reported(self, event: ReportEvent, data: Mapping[str, Any]) -> DeliveryReported:
        report = _report(event.type, data)
        contact, delivery = await self._addressee(data, event.time)
        link = self._link(data.get("engagementcontext")) if report == "clicked" else ""
        return DeliveryReported(contact, delivery, report, event.time, link)

    def _link(self, clicked: object) -> str:
        """Return where a click led, without what may tell who clicked: a query, or the token of a link of ours."""
        if not isinstance(clicked, str):
            return ""
        try:
            url = urlsplit(clicked)
            host = url.hostname or ""
        except ValueError:
            return ""
        path = url.path
        if self._public_url and urlsplit(self._public_url).hostname == host:
            path = "/".join(path.split("/")[:2])
        return f"{url.scheme}://{host}{path}"[:LONGEST_LINK] if host else ""

    async def _addressee(self, data: Mapping[str, Any], time: datetime) -> tuple[str, str]:
        """SMS reports bring our tag back; e-mail reports only the provider's id, which a row maps to us."""
        tag = data.get("tag")
        if isinstance(tag, str) and tag.count("~") == 1:
            contact, delivery = tag.split("~")
            return unquote(contact), unquote(delivery)
        provider_id = data.get("messageid")
        if not isinstance(provider_id, str) or not provider_id:
            raise Undecodable("invalid_event", "data.messageId")
        row = await self._store.get(*REFERENCES, joined(provider_id))
        if row is not None:
            return row.data["contact"], row.data["delivery"]
        age = self._clock.now() - time
        if age > LATE:
            raise Undecodable("unknown_delivery", "data.messageId")
        raise Overtaken(age)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Undecodable("malformed_json") from None


def _event(content: Any) -> ReportEvent:
    try:
        return ReportEvent.model_validate(content)
    except ValidationError as error:
        raise Undecodable("invalid_event", codec.field_of(error)) from None


def _received(event: ReportEvent, data: Mapping[str, Any]) -> SmsReceived:
    """Read what a customer wrote; the text is theirs, and longer than any SMS it is not."""
    sender, text = data.get("from"), data.get("message")
    if not isinstance(sender, str) or not sender:
        raise Undecodable("invalid_event", "data.from")
    if not isinstance(text, str):
        raise Undecodable("invalid_event", "data.message")
    return SmsReceived(sender, text[:LONGEST_REPLY], event.time, event.source)


def _report(type_: str, data: Mapping[str, Any]) -> str:
    if type_.lower() not in STATUS_OF:
        raise Undecodable("unknown_report", "type")
    field, reports = STATUS_OF[type_.lower()]
    report = reports.get(str(data.get(field, "")).lower())
    if report is None:
        raise Undecodable("unknown_status", f"data.{field}")
    return report
