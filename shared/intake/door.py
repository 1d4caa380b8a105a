"""The way in for what people write: a mail as a gateway pipes it, or a message as a provider's webhook tells it."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.deliveries.messages import SAYS, SmsReceived, keyword
from shared.intake.automatic import kind_of, wants_no_answer
from shared.intake.correspondent import public_id
from shared.intake.mail import Mail, Unreadable, addresses, message_ids, read
from shared.intake.mail_text import legible, line, text_of_html, without_quotation
from shared.intake.messages import LONGEST_TEXT, Attachment, TakeActivity
from shared.intake.reply_tokens import ReplyTokens
from shared.runtime import codec, log
from shared.runtime.bus import Bus, BusMessage
from shared.runtime.clock import Clock
from shared.runtime.envelope import Envelope
from shared.runtime.ids import derived
from shared.runtime.problem import TOO_LARGE, FieldError, Kind, Problem

MAIL, JSON = "message/rfc822", "application/json"
LARGEST: Mapping[str, int] = {MAIL: 10 * 1024 * 1024, JSON: 1024 * 1024}
"""Bytes, by media type: a mail comes with what is attached, which is not kept."""
NUMBER = re.compile(r"\bCAS-\d{5}-[0-9A-HJKMNP-TV-Z]{6}\b", re.IGNORECASE)
"""A case number where somebody quotes one."""
UNSUPPORTED = Kind("unsupported-media-type", 415, "The media type is not one of a message", f"Send {MAIL}, or {JSON}.")
INVALID = Kind("invalid-activity", 422, "This is no message that can be taken", "Correct what is named; send it again.")
MALFORMED = Kind("malformed-json", 400, "The body is not JSON", "Correct the body and send it again.")

LONGEST_ATTACHED = 20_000
"""Bytes in JSON of all names of what is attached."""
LONGEST_MEDIA_TYPE = 100

_Text = Annotated[str, StringConstraints(max_length=1000)]


FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Times of other years are mistakes, and at the edge of the calendar no other zone has them."""


def _of_our_times(at: datetime | None) -> datetime | None:
    if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"must be of the years {FIRST_YEAR} to {LAST_YEAR}")
    return at


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message is on the bus; `location` shows what becomes of it. A repeat is answered the same."""

    activity: str
    location: str
    """Empty where it is a word that is obeyed, such as STOP: it is no activity, and nothing is shown of it."""


class _Attached(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: _Text = ""
    media_type: _Text = "application/octet-stream"
    size: int = Field(0, ge=0)


class Wire(BaseModel):
    """A message as JSON. `headers` are the mail's: by them its thread is found, and programs are told from people."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    channel: Literal["email", "sms"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=998)]
    """Message-ID, or the provider's id: a repeat is told by it."""
    from_: Annotated[str, StringConstraints(min_length=1, max_length=320)] = Field(alias="from")
    name: _Text = ""
    to: Annotated[list[_Text], Field(max_length=100)] = []
    subject: _Text = ""
    text: str = ""
    html: str = ""
    at: Annotated[AwareDatetime | None, Field(strict=False), AfterValidator(_of_our_times)] = None
    headers: Annotated[dict[_Text, str], Field(max_length=200)] = {}
    attachments: Annotated[list[_Attached], Field(max_length=100)] = []


_E164 = re.compile(r"\+[1-9]\d{4,14}")


@dataclass(frozen=True, slots=True)
class IntakeDoor:
    """Reads what comes, and answers once it is durable on the bus."""

    bus: Bus
    clock: Clock
    tokens: ReplyTokens
    own: Collection[str] = field(default=())
    """Addresses of ours: what comes from them is what we sent."""

    async def take(self, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Raises Problem, or what the bus raises."""
        media_type = _media_type(headers)
        if len(body) > LARGEST[media_type]:
            raise Problem(TOO_LARGE, f"The body has more than {LARGEST[media_type] // 1024} KiB.")
        identity, said = self._mailed(body) if media_type == MAIL else self._told(body)
        id_ = derived("activity", said.channel, said.address, identity)
        order = _order(said)
        taken = order or said
        envelope = Envelope(id_, taken.kind, self.clock.now(), codec.plain(taken))
        await self.bus.send(taken.queue, [BusMessage(derived("bus", id_, "0", "activity"), envelope.encode())])
        log.info("activity_accepted", channel=said.channel, activity=id_, is_obeyed=order is not None)
        shown = public_id(said.correspondent, id_)
        return Receipt(shown, "" if order else f"/api/activities/{shown}")

    def _mailed(self, body: bytes) -> tuple[str, TakeActivity]:
        try:
            mail = read(body)
        except Unreadable as why:
            raise Problem(INVALID, f"The mail {why}.", [FieldError("body", str(why))]) from None
        return mail.message_id or hashlib.sha256(body).hexdigest(), self.said_in(mail, self.clock.now())

    def _told(self, body: bytes) -> tuple[str, TakeActivity]:
        wire, now = _wire(body), self.clock.now()
        if wire.channel == "email":
            return wire.id, self.said_in(_mail(wire), wire.at or now)
        if not _E164.fullmatch(wire.from_):
            raise _invalid("from", "must be a phone number in E.164, such as +4930123456")
        text = codec.fitting(legible(wire.text or text_of_html(wire.html)).strip(), LONGEST_TEXT)
        return wire.id, TakeActivity("sms", wire.from_, wire.at or now, line(wire.subject), text)

    def said_in(self, mail: Mail, at: datetime) -> TakeActivity:
        """Return what a mail says to us: of an answer to ours, what is new in it."""
        addressed, referred = self.tokens.in_addresses(mail.to), self.tokens.in_message_ids(mail.references)
        quoted = NUMBER.search(mail.subject)
        answered = addressed or referred
        is_own = self.tokens.in_message_ids([mail.message_id]) is not None or _bare(mail.sender) in self.own
        kind = kind_of(mail.sender, mail.subject, mail.headers, [mail.sender] if is_own else [])
        said = TakeActivity(
            "email",
            mail.sender,
            at,
            mail.subject,
            codec.fitting(without_quotation(mail.text, mail.subject) if answered else mail.text, LONGEST_TEXT),
            mail.name,
            mail.to[:10],
            case=addressed.case if addressed else "",
            referred=referred.case if referred else "",
            answers_automatic=answered is not None and answered.automatic,
            number=quoted[0].upper() if quoted else "",
            automatic=kind,
            quiet=wants_no_answer(mail.sender, mail.headers),
            message_id=mail.message_id,
            attachments=_fitting(mail.attachments),
        )
        return replace(said, at=said.at.astimezone(UTC))


def _order(said: TakeActivity) -> SmsReceived | None:
    """Return the SMS whose word is obeyed wherever it comes in, if it is one: it opts a number in or out."""
    if said.channel != "sms" or keyword(said.text) not in SAYS:
        return None
    return SmsReceived(said.address, said.text, said.at, "/api/activities")


def _fitting(attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
    share = LONGEST_ATTACHED // max(1, len(attachments))
    return tuple(
        Attachment(
            codec.fitting(each.name, share), codec.fitting(each.media_type, min(share, LONGEST_MEDIA_TYPE)), each.size
        )
        for each in attachments
    )


def _mail(wire: Wire) -> Mail:
    """Return what was told as if it had been read off the mail itself."""
    headers = {name.lower(): legible(value) for name, value in wire.headers.items()}
    sender = next(iter(addresses(wire.from_)), "")
    if not sender:
        raise _invalid("from", "must be an e-mail address")
    told = [*wire.to, *(headers.get(name, "") for name in ("to", "cc", "delivered-to", "x-original-to"))]
    return Mail(
        sender=sender,
        name=line(wire.name),
        to=tuple(dict.fromkeys(found for each in told for found in addresses(each))),
        subject=line(wire.subject or headers.get("subject", "")),
        text=legible(wire.text).strip() or text_of_html(wire.html),
        message_id=next(iter(message_ids(wire.id, headers.get("message-id", ""))), ""),
        references=message_ids(headers.get("in-reply-to", ""), *reversed(headers.get("references", "").split())),
        headers=headers,
        attachments=tuple(Attachment(line(each.name), each.media_type, each.size) for each in wire.attachments),
    )


def _wire(body: bytes) -> Wire:
    try:
        return Wire.model_validate_json(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        if faults[0]["type"] == "json_invalid":
            raise Problem(MALFORMED, "The body cannot be parsed as JSON.") from None
        errors = [FieldError(".".join(map(str, fault["loc"])), fault["msg"]) for fault in faults]
        raise Problem(INVALID, f"Wrong: {', '.join(one.field for one in errors[:10])}.", errors) from None


def _invalid(name: str, why: str) -> Problem:
    return Problem(INVALID, f"{name} {why}.", [FieldError(name, why)])


def _media_type(headers: Mapping[str, str]) -> str:
    told = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    media_type = told.partition(";")[0].strip().lower()
    if media_type not in LARGEST:
        raise Problem(UNSUPPORTED, "Content-Type does not say what this is.")
    return media_type


def _bare(address: str) -> str:
    """Return an address without what stands behind a plus: our marks do."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
