"""What is counted of a message for the tile that sent it; a test run counts nothing."""

from datetime import date

from shared.deliveries.delivery import Delivery
from shared.runtime.counters import shard_of
from shared.runtime.decision import Tally
from shared.runtime.ids import joined

SENT = "sent"


def of_states(delivery: Delivery, *states: str) -> tuple[Tally, ...]:
    """Count that the delivery has reached these states, each once."""
    return tuple(
        tally
        for state in states
        for tally in _tally(delivery, state, _counter(delivery, state), delivery.requested_at.date())
    )


def of_all_states(delivery: Delivery) -> tuple[Tally, ...]:
    """Count all that it has reached, for a repeat that cannot know what was counted before."""
    was_sent = delivery.provider_id or delivery.state == "delivered"
    ended = delivery.state in ("delivered", "blocked", "failed")
    return of_states(delivery, *((SENT,) if was_sent else ()), *((delivery.state,) if ended else ()))


def of_engagement(delivery: Delivery, report: str, kind: str, day: date, *, is_first: bool) -> tuple[Tally, ...]:
    """Count one report (by id) of what the customer did, and whether it is the first of its kind."""
    every = _tally(delivery, joined(kind, report), f"{kind}_total", day)
    # Named without its report, and counted on the day of the message: whoever tells it again counts nothing.
    return every + (_tally(delivery, kind, kind, delivery.requested_at.date()) if is_first else ())


def _counter(delivery: Delivery, state: str) -> str:
    return f"{state}:{delivery.reason}" if state in ("blocked", "failed") else state


def _tally(delivery: Delivery, occasion: str, counter: str, day: date) -> tuple[Tally, ...]:
    request = delivery.request
    if delivery.test or not request.journey:
        return ()
    return (
        Tally(
            partition=shard_of(request.journey, delivery.contact),
            group=str(request.version),
            once=joined(delivery.id, occasion),
            day=day.isoformat(),
            counts={f"{request.tile}.{counter}": 1},
        ),
    )
