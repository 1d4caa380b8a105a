"""What a customer reads where there is no ticket to show. Nobody knows their language then, so it is said in all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """A heading and a sentence."""

    language: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Absence:
    """Why there is no ticket to show: an HTTP status, and the notices, the page's own language first."""

    status: int
    notices: tuple[Notice, ...]
    retry_after: int | None = None
    """Seconds after which it is worth trying again."""


UNKNOWN = Absence(
    404,
    (
        Notice("en", "This link opens nothing", "Please use the link exactly as it is in our latest message to you."),
        Notice(
            "de",
            "Dieser Link führt nirgendwohin",
            "Bitte nutzen Sie den Link genau so, wie er in unserer Nachricht steht.",
        ),
    ),
)
EXPIRED = Absence(
    410,
    (
        Notice("en", "This link has expired", "If you still need help, please get in touch with us."),
        Notice("de", "Dieser Link ist abgelaufen", "Wenn Sie noch Hilfe brauchen, melden Sie sich bitte bei uns."),
    ),
)
NOT_YET = Absence(
    404,
    (
        Notice("en", "Your ticket is not here yet", "It will be in a moment. Please try again."),
        Notice("de", "Ihr Ticket ist noch nicht da", "Es dauert nur einen Moment. Bitte versuchen Sie es noch einmal."),
    ),
    retry_after=10,
)
AWAY = Absence(
    503,
    (
        Notice("en", "We cannot show your ticket right now", "Please try again in a few minutes."),
        Notice(
            "de", "Wir können Ihr Ticket gerade nicht zeigen", "Bitte versuchen Sie es in ein paar Minuten noch einmal."
        ),
    ),
    retry_after=60,
)
