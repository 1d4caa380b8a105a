"""Transient trouble: patience in place for seconds, then the same message again later, for a day."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from shared.runtime import log
from shared.runtime.bus import Bus, BusMessage
from shared.runtime.clock import Clock
from shared.runtime.envelope import Envelope
from shared.runtime.errors import Transient
from shared.runtime.ids import derived, made

PATIENCE = timedelta(seconds=20)
SHORT_PATIENCE = timedelta(seconds=2)
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(minutes=10)
PUT_OFF = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=24)
FEWEST_ATTEMPTS = 11
"""An hour of delays: age alone says nothing of a message that lay on its queue while the app was stopped."""


async def patiently[T](clock: Clock, action: Callable[[], Awaitable[T]]) -> T:
    """Try until it works; raises the last Transient when patience is over: soon, where it knows how long to wait."""
    began = clock.now()
    delay = 0.1
    while True:
        try:
            return await action()
        except Transient as trouble:
            patience = SHORT_PATIENCE if trouble.pause else PATIENCE
            if clock.now() + timedelta(seconds=delay) > began + patience:
                raise
        await clock.pause(delay)
        delay = min(delay * 2, 5.0)


def is_hopeless(clock: Clock, envelope: Envelope) -> bool:
    """Tell whether it has been tried for long enough."""
    return envelope.attempt >= FEWEST_ATTEMPTS and clock.now() - envelope.time > GIVE_UP_AFTER


async def again_later(bus: Bus, clock: Clock, queue: str, envelope: Envelope, trouble: Transient) -> None:
    """Send the same envelope again, scheduled, under a new bus id.

    An abandoned message would come back at once and burn its ten deliveries in a five-second outage.
    """
    attempt = envelope.attempt + 1
    at = clock.now() + min(FIRST_DELAY * 2 ** min(envelope.attempt, 10), LONGEST_DELAY)
    log.warning("again_later", queue=queue, message=envelope.id, attempt=attempt, trouble=type(trouble).__name__)
    again = replace(envelope, attempt=attempt)
    await bus.send(queue, [BusMessage(derived("again", envelope.id, str(attempt)), again.encode(), at)])


async def put_off(bus: Bus, clock: Clock, queue: str, raw: bytes, trouble: Transient) -> None:
    """Send a message that has no envelope again, scheduled; whoever reads it bounds how often by its age."""
    log.warning("put_off", queue=queue, trouble=type(trouble).__name__)
    await bus.send(queue, [BusMessage(made(), raw, clock.now() + (trouble.pause or PUT_OFF))])
