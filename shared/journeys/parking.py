"""While a journey is paused, what comes to it waits in a list, and is sent again in order when it goes on."""

from typing import Any

from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Put
from shared.runtime.envelope import Message, restored
from shared.runtime.ids import joined, quoted

TABLE = "parked"


def parked(message: Message[Any]) -> Decision[Any]:
    """Put the message aside; nothing has happened to the run, so that it will be as new when it comes again."""
    body = message.body
    line = {"envelope": plain(restored(body.kind, message))}
    key = joined(message.time.isoformat(), message.id)
    return Decision(records=(Put(TABLE, quoted(body.journey), key, line),))
