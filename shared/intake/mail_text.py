"""What somebody wrote, as text: out of any charset and HTML, and without what they only quote."""

import codecs
import re

LONGEST_TEXT = 20_000
"""Characters that are kept."""
LONGEST_LINE = 500
"""Characters of a subject or a name."""
LONGEST_HTML = 200_000
LOOKED_AT = 3000
"""Characters in which a quotation is looked for: the library's expressions take the square of a longer text."""

NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "unicode-escape"})
"""Python calls these codecs of text, but no mail is in one, and some take long over what is not."""
FORWARDED = re.compile(r"(fwd?|wg|tr|i|rv)\s*:", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BLANKS = re.compile(r"[ \t\xa0]+$", re.MULTILINE)
_GAPS = re.compile(r"\n{3,}")


def decoded(content: bytes, charset: str | None) -> str:
    """Decode by the charset that is told, else as UTF-8, else as what Windows had before: one of them is true."""
    for candidate in (charset, "utf-8"):
        try:
            if candidate and codecs.lookup(candidate).name not in NO_CHARSETS:
                return content.decode(candidate)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", errors="replace")


def legible(text: str) -> str:
    """Return text of several lines, without controls and without what no UTF-8 can carry on."""
    sound = text.encode(errors="surrogateescape").decode(errors="replace") if not _is_unicode(text) else text
    lines = sound.replace("\r\n", "\n").replace("\r", "\n")
    return _GAPS.sub("\n\n", _BLANKS.sub("", _CONTROLS.sub("", lines)))[:LONGEST_TEXT]


def line(text: str) -> str:
    """Return text in one line."""
    return " ".join(legible(text).split())[:LONGEST_LINE]


def text_of_html(html: str) -> str:
    """Return what a reader of the HTML would see, scripts and styles left out."""
    import html_text  # 30 ms with lxml, which mails with a plain text never need

    sound = html.encode(errors="replace").decode()[:LONGEST_HTML]
    try:
        return legible(html_text.extract_text(sound))
    except (ValueError, RecursionError):
        return ""


def without_quotation(text: str, subject: str) -> str:
    """Return what is new in an answer; of a forwarded mail all of it, which is what it is about.

    Where nothing would be left, or the quotation begins far below, it is returned whole.
    """
    if FORWARDED.match(subject):
        return text
    from mailparser_reply import EmailReplyParser

    beginning = text[:LOOKED_AT]
    new: str | None = EmailReplyParser(languages=["en", "de"]).parse_reply(beginning)
    if not new or not new.strip() or len(new.strip()) >= len(beginning.strip()):
        return text
    return new.strip()


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
