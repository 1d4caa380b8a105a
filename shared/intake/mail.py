"""Reads a mail as a gateway pipes it (RFC 5322, MIME), as far as it can be read: mails are broken in every way."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from itertools import islice
from typing import Any, cast

from shared.intake.mail_text import decoded, legible, line, text_of_html
from shared.intake.messages import Attachment

LONGEST_HEADER = 2000
"""Characters of a header that are looked at: over one of a megabyte the standard library sits for minutes."""
LONGEST_HEAD = 100_000
"""Bytes of all headers together, as Postfix has it."""
MOST = 100
"""Headers, attachments, and parts in parts that are looked at."""
LONGEST_NAME = 200
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-forwarded-to")
"""Where our own address may stand: a reply to one's own mail has it in Cc, a forwarding mailbox in the others."""

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")
_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,189}")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. Addresses are in lower case, so are the names of headers."""

    sender: str = ""
    name: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    """Ids of the mails that it answers (In-Reply-To, References), nearest first."""
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


class Unreadable(ValueError):
    """It is no mail that could be answered: why, in words that never quote it."""


def read(content: bytes) -> Mail:
    """Return the mail; raises Unreadable where nobody can be found in it who wrote it."""
    head = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    if len(head) > LONGEST_HEAD or content.lower().count(b"multipart/") > MOST:
        raise Unreadable("has more headers or parts than are read")
    try:
        parsed = cast("EmailMessage", message_from_bytes(content, policy=_ShortHeaders()))
        headers = dict(islice(_headers(parsed), MOST))
        return _mail(parsed, headers)
    except Unreadable:
        raise
    # All of them: on broken input the standard library's parser raises almost any exception.
    except Exception:
        raise Unreadable("cannot be read as a mail") from None


def addresses(text: str) -> tuple[str, ...]:
    """Return the addresses in a header's text, in lower case."""
    return tuple(dict.fromkeys(found.lower() for found in _ADDRESS.findall(text)))


def message_ids(*headers: str) -> tuple[str, ...]:
    """Return the ids in these headers, each once; several may stand in any of them."""
    return tuple(dict.fromkeys(found for header in headers for found in _MESSAGE_ID.findall(header)))


class _ShortHeaders(EmailPolicy):
    """Today's policy, for a header's beginning only."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:LONGEST_HEADER])


def _mail(parsed: EmailMessage, headers: Mapping[str, str]) -> Mail:
    name, sender = _sender(parsed)
    if not sender:
        raise Unreadable("has no sender in From")
    return Mail(
        sender=sender,
        name=name,
        to=tuple(dict.fromkeys(found for header in RECIPIENTS for found in addresses(headers.get(header, "")))),
        subject=line(headers.get("subject", "")),
        text=_text(parsed),
        message_id=next(iter(message_ids(headers.get("message-id", ""))), ""),
        references=message_ids(headers.get("in-reply-to", ""), *reversed(headers.get("references", "").split())),
        headers=headers,
        attachments=tuple(islice(_attachments(parsed), MOST)),
    )


def _headers(parsed: EmailMessage) -> Iterator[tuple[str, str]]:
    """Yield names and values; of one that comes several times the first counts, which the last relay has written."""
    seen: set[str] = set()
    for name in map(str.lower, parsed.keys()):
        if name not in seen:
            seen.add(name)
            yield name, _guarded(lambda name=name: legible(str(parsed[name])), "")  # type: ignore[misc]


def _sender(parsed: EmailMessage) -> tuple[str, str]:
    header = _guarded(lambda: parsed["from"], None)
    listed = _guarded(lambda: header.addresses, ()) if header is not None else ()
    if listed and _ADDRESS.fullmatch(listed[0].addr_spec):
        return line(listed[0].display_name)[:LONGEST_NAME], listed[0].addr_spec.lower()
    raw = next((str(value) for name, value in parsed.raw_items() if name.lower() == "from"), "")
    found = addresses(raw[:LONGEST_HEADER])  # a header that breaks the grammar often has an address all the same
    return "", next(iter(found), "")


def _text(parsed: EmailMessage) -> str:
    """Return the plain text; of a mail that has none, that of its HTML."""
    for kind, read_one in (("plain", legible), ("html", text_of_html)):
        part = _guarded(lambda kind=kind: parsed.get_body((kind,)), None)  # type: ignore[misc]
        if part is not None and (text := read_one(_content(part)).strip()):
            return text
    return ""


def _content(part: Any) -> str:
    payload = part.get_payload(decode=True)
    return decoded(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""


def _attachments(parsed: EmailMessage) -> Iterator[Attachment]:
    """Yield what is attached by name, kind and size (bytes); the content is not kept."""
    for part in islice(parsed.walk(), MOST):
        name = _guarded(part.get_filename, None)
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            continue
        if name or part.get_content_disposition() == "attachment":
            payload = part.get_payload(decode=True)
            size = len(payload) if isinstance(payload, bytes) else 0
            yield Attachment(line(name or "")[:LONGEST_NAME], part.get_content_type()[:LONGEST_NAME], size)


def _guarded[T](look: Callable[[], T], otherwise: T) -> T:
    """Return what is found, or, where the standard library stumbles over what it looks at, something else."""
    with suppress(Exception):
        return look()
    return otherwise
