"""Whether a person wrote a mail, or a program: two that answer one another would never end.

Sources: RFC 3834 (2 and 5), RFC 3464 (bounces), RFC 2919 and 2369 (lists), [MS-OXCMAIL] for X-Auto-Response-Suppress;
the rest is what programs are seen to send.
"""

import re
from collections.abc import Collection, Mapping

OWN, BOUNCE, AUTO_REPLY, LIST, BULK = "own", "bounce", "auto_reply", "list", "bulk"
REPORT = "multipart/report"
"""A bounce, or a receipt of one who has read (RFC 3798), which is no failure."""
KINDS = (OWN, BOUNCE, AUTO_REPLY, LIST, BULK)
"""What kinds of automatic mail there are; the first that fits is told."""

AUTO_REPLY_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-autoreply-from",
    "x-vacation",
)
LIST_HEADERS = ("list-id", "list-post", "mailing-list")
BULK_HEADERS = ("list-unsubscribe", "feedback-id", "x-mailgun-tag", "x-campaign-id", "x-csa-complaints")
PRECEDENCE: Mapping[str, str] = {
    "auto_reply": AUTO_REPLY,
    "auto-reply": AUTO_REPLY,
    "list": LIST,
    "bulk": BULK,
    "junk": BULK,
}
SUPPRESSING = frozenset({"all", "autoreply", "dr", "oof"})
DAEMONS = re.compile(r"(mailer-daemon|postmaster)@")
MUTE = re.compile(
    r"(no-?reply|do-?not-?reply|bounces?[+=-]?)[^@]*@|[^@]*-(request|bounces?|owner)@|owner-[^@]*@|listserv@"
)
"""Addresses that nobody reads; RFC 3834 names some of them."""
SUBJECTS = re.compile(
    r"(auto(matic|matische)? ?-?(reply|response|antwort)|out of (the )?office|abwesenheits?(notiz|nachricht|assistent)"
    r"|automatische (abwesenheit|antwort)|r[ée]ponse automatique|auto: |undeliver(able|ed)|delivery status notification"
    r"|unzustellbar|mail delivery (failed|subsystem)|returned mail)",
    re.IGNORECASE,
)
FAILED = re.compile(r"undeliver|delivery status|unzustellbar|mail delivery|returned mail", re.IGNORECASE)


def kind_of(sender: str, subject: str, headers: Mapping[str, str], own: Collection[str] = ()) -> str:
    """Return which kind of automatic mail it is; empty for one that a person wrote. `own` are our addresses."""
    if sender in own:
        return OWN
    if _is_bounce(sender, headers):
        return BOUNCE
    if headers.get("auto-submitted", "no").partition(";")[0].strip().lower() != "no":
        return AUTO_REPLY
    precedence = PRECEDENCE.get(headers.get("precedence", "").strip().lower(), "")
    if (
        precedence == AUTO_REPLY
        or _media_type(headers) == REPORT
        or any(name in headers for name in AUTO_REPLY_HEADERS)
    ):
        return AUTO_REPLY
    if SUBJECTS.match(subject):
        return BOUNCE if FAILED.match(subject) else AUTO_REPLY
    if _is_nobody(headers):
        return AUTO_REPLY
    if precedence == LIST or any(name in headers for name in LIST_HEADERS):
        return LIST
    return BULK if precedence or any(name in headers for name in BULK_HEADERS) else ""


def wants_no_answer(sender: str, headers: Mapping[str, str]) -> bool:
    """Whether it must not be answered automatically though a person may have written it."""
    asked = {part.strip().lower() for part in headers.get("x-auto-response-suppress", "").split(",")}
    return bool(asked & SUPPRESSING) or MUTE.match(sender) is not None


def _is_bounce(sender: str, headers: Mapping[str, str]) -> bool:
    is_report = _media_type(headers) == REPORT and "disposition-notification" not in headers["content-type"].lower()
    return is_report or "x-failed-recipients" in headers or DAEMONS.match(sender) is not None


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_nobody(headers: Mapping[str, str]) -> bool:
    """A null return path: whoever sent it wants no answer of any kind (RFC 5321, 4.5.5)."""
    return headers.get("return-path", "").replace(" ", "") == "<>"
