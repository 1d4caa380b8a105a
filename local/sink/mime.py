"""Reads a mail as it comes over SMTP (RFC 5322, MIME); whatever is broken is shown as far as it can be read."""

from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from itertools import islice
from typing import Any, cast

LONGEST_HEADER = 2000
"""Characters of a header that are looked at."""
LONGEST_HEAD = 100_000
"""Bytes of all headers together, as Postfix has it."""
MOST = 100
"""Headers, attachments, and levels of parts in parts that are looked at."""


class ShortHeaders(EmailPolicy):
    """Today's policy, for a header's beginning only: over one of a megabyte the standard library sits for minutes."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """Parse the header's beginning."""
        return super().header_fetch_parse(name, value[:LONGEST_HEADER])


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says."""

    sender: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    attachments: list[str] = field(default_factory=list)


def read(content: bytes) -> Mail:
    """The mail; one that the parser cannot make sense of, or would never end with, is all text."""
    as_it_is = Mail(text=content.decode(errors="replace"))
    if len(content.partition(b"\r\n\r\n")[0]) > LONGEST_HEAD or content.lower().count(b"multipart/") > MOST:
        return as_it_is
    try:
        parsed = cast("EmailMessage", message_from_bytes(content, policy=ShortHeaders()))
        return Mail(
            sender=first_address(parsed),
            subject=readable(parsed["subject"] or ""),
            text=body(parsed, "plain"),
            html=body(parsed, "html"),
            headers={name: readable(value) for name, value in islice(parsed.items(), MOST)},
            attachments=[named(part) for part in islice(parsed.iter_attachments(), MOST)],
        )
    # All of them: on broken input the standard library's parser raises almost any exception.
    except Exception:
        return as_it_is


def readable(text: object) -> str:
    """The text; bytes in it that no charset explained are UTF-8, or marked as unreadable."""
    return str(text).encode(errors="surrogateescape").decode(errors="replace")


def first_address(parsed: EmailMessage) -> str:
    """The address of the From header; empty without one."""
    header = parsed["from"]
    addresses = header.addresses if header else ()
    return readable(addresses[0].addr_spec) if addresses else ""


def body(parsed: EmailMessage, kind: str) -> str:
    """The first part of this kind; empty if there is none."""
    part = parsed.get_body((kind,))
    if part is None:
        return ""
    try:
        return readable(part.get_content())
    except LookupError:  # of its charset, of which nobody has heard
        return part.get_payload(decode=True).decode(errors="replace")  # type: ignore[union-attr]


def named(part: EmailMessage) -> str:
    """An attachment's name and kind."""
    return f"{readable(part.get_filename() or 'without a name')} ({part.get_content_type()})"
