"""The inbox as a page; whatever a message contains is shown as text, or in a sandbox."""

from functools import cache
from importlib.resources import files

from liquid import BoundTemplate, Environment

from local.sink.failures import Failure
from local.sink.links import links, pieces
from local.sink.message import Message

# No script, no image from outside, no address to others: a mail must not act when it is looked at.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@cache
def template() -> BoundTemplate:
    """The page's template; every value in it is escaped."""
    source = files("local.sink").joinpath("inbox.html").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(source)


def render(messages: list[Message], failures: list[Failure], waiting: int) -> str:
    """The page, newest message first."""
    return template().render(
        messages=[shown(message) for message in messages],
        failures=[failure.model_dump(mode="json", exclude_none=True) for failure in failures],
        waiting=waiting,
    )


def shown(message: Message) -> dict[str, object]:
    """A message with its texts cut at the links."""
    return {
        **message.shown(),
        "time": f"{message.received_at:%Y-%m-%d %H:%M:%S} UTC",
        "pieces": [piece._asdict() for piece in pieces(message.text or message.plain_text or "")],
        # Links of a mail open beside the inbox, not inside the frame.
        "document": f'<base target="_blank">{message.html}' if message.html else "",
        "links": links(message.plain_text, message.html),
    }
