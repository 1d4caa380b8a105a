"""While a journey is paused, what comes to it waits in a list, and is sent again in order when it goes on."""

from datetime import UTC
from typing import Any

from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Put
from shared.runtime.envelope import Message, restored
from shared.runtime.ids import joined, quoted

TABLE = "parked"


def parked(message: Message[Any]) -> Decision[Any]:
    """Put the message aside; nothing has happened to the run, so that it will be as new when it comes again.

    Each attempt has a row of its own: whoever sends one again and then takes its row away must not take away what
    another process, which still believes in the pause, has put aside meanwhile.
    """
    body = message.body
    line = {"envelope": plain(restored(body.kind, message))}
    key = joined(message.time.astimezone(UTC).isoformat(), message.id, str(message.attempt))
    return Decision(records=(Put(TABLE, quoted(body.journey), key, line),))
