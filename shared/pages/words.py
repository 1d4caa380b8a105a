"""The words of the customer pages, one record a language: a missing one does not type-check."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that a page says by itself. Patterns are str.format ones."""

    language: str
    ticket: str
    about: str
    status: str
    opened: str
    updated: str
    resolution: str
    changes: str
    changes_as_names: Mapping[str, str]
    """`opened` and every status reason, as a customer would put it."""
    moment: str
    months: tuple[str, ...]


EN = Words(
    language="en",
    ticket="Ticket",
    about="What it is about",
    status="Status",
    opened="Opened",
    updated="Last update",
    resolution="How we solved it",
    changes="Steps so far",
    changes_as_names={
        "opened": "We opened your ticket",
        "in_progress": "We are working on it",
        "on_hold": "Paused for the moment",
        "waiting_for_details": "We are waiting for details from you",
        "researching": "We are looking for the cause",
        "problem_solved": "Solved",
        "information_provided": "Answered",
        "cancelled": "Closed without a solution",
        "merged": "Continued in another ticket",
    },
    moment="{day} {month} {year}, {time} ({zone})",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
)

DE = Words(
    language="de",
    ticket="Ticket",
    about="Worum es geht",
    status="Status",
    opened="Eröffnet",
    updated="Letzte Änderung",
    resolution="So haben wir es gelöst",
    changes="Bisherige Schritte",
    changes_as_names={
        "opened": "Wir haben Ihr Ticket eröffnet",
        "in_progress": "Wir arbeiten daran",
        "on_hold": "Im Moment angehalten",
        "waiting_for_details": "Wir warten auf Angaben von Ihnen",
        "researching": "Wir suchen nach der Ursache",
        "problem_solved": "Gelöst",
        "information_provided": "Beantwortet",
        "cancelled": "Ohne Lösung geschlossen",
        "merged": "In einem anderen Ticket fortgeführt",
    },
    moment="{day}. {month} {year}, {time} Uhr ({zone})",
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
)

LANGUAGES: Mapping[str, Words] = {words.language: words for words in (EN, DE)}


def words_for(language: str) -> Words:
    """Return the words of a language tag's primary subtag (RFC 4647), English where we do not speak it."""
    return LANGUAGES.get(language.lower().partition("-")[0], EN)
