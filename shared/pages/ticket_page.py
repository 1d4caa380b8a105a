"""`GET /t/{token}`: a customer's ticket in their language, or a friendly word on why there is none. Changes nothing."""

from dataclasses import asdict
from datetime import datetime

from shared.pages import notices
from shared.pages.links import TICKET, ExpiredLink, LinkError, Links
from shared.pages.moments import moment
from shared.pages.notices import Absence
from shared.pages.page import Page, page
from shared.pages.ticket import Ticket, find_ticket
from shared.pages.words import words_for
from shared.runtime import log
from shared.runtime.errors import Transient
from shared.runtime.store import Store


async def ticket_page(store: Store, links: Links, now: datetime, token: str) -> Page:
    """Answer with the ticket that the token opens. Logs say that a link was refused, never which."""
    try:
        ticket = await find_ticket(store, links.read(token, TICKET, now))
    except ExpiredLink:
        return absence_page(notices.EXPIRED)
    except LinkError as error:
        log.info("link_refused", reason=type(error).__name__)
        return absence_page(notices.UNKNOWN)
    except Transient as trouble:
        log.warning("page_unavailable", trouble=type(trouble).__name__)
        return absence_page(notices.AWAY)
    return render(ticket) if ticket else absence_page(notices.NOT_YET)


def render(ticket: Ticket) -> Page:
    """Put a ticket on a page."""
    words = words_for(ticket.language)

    def at(time: datetime) -> dict[str, str]:
        return asdict(moment(time, ticket.time_zone, words))

    values = {
        "language": words.language,
        "title": f"{words.ticket} {ticket.number}",
        "words": asdict(words),
        "number": ticket.number,
        "status_text": words.changes_as_names[ticket.status_reason],
        "about": ticket.title,
        "opened": at(ticket.opened_at),
        "updated": at(ticket.updated_at),
        "resolution": ticket.resolution,
        "changes": [{"text": words.changes_as_names[one.name], "at": at(one.at)} for one in ticket.changes],
    }
    return page(200, "ticket", values)


def absence_page(absence: Absence) -> Page:
    """Say in every language why there is no ticket to show."""
    first = absence.notices[0]
    values = {
        "language": first.language,
        "title": first.heading,
        "notices": [asdict(notice) for notice in absence.notices],
    }
    return page(absence.status, "notice", values, absence.retry_after)
