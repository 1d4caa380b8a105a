"""The broker's dead letters over all our queues: listed, and sent again."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from shared.cli.again import send_again
from shared.cli.services import Services
from shared.runtime.deadletters import DeadLetter

QUEUES = (
    "device-events",
    "trigger-events",
    "journey-steps",
    "case-commands",
    "contact-commands",
    "send-sms",
    "send-email",
    "send-push",
    "delivery-reports",
    "sla-checks",
)
MOST = 1000
"""Of one queue at a time; whoever has more runs it again."""


async def listed(services: Services, queues: Sequence[str]) -> list[dict[str, Any]]:
    """Return a line for each dead letter; never a body."""
    return [_line(letter) for letter in await services.dead_letters.peek(queues, MOST)]


async def redrive(services: Services, queues: Sequence[str]) -> dict[str, int]:
    """Send again what is there now, and return how many by queue; what dies again meanwhile is for the next time."""
    present = Counter(letter.queue for letter in await services.dead_letters.peek(queues, MOST))
    return {queue: await _redrive(services, queue, count) for queue, count in present.items()}


async def _redrive(services: Services, queue: str, count: int) -> int:
    async def again(letter: DeadLetter) -> None:
        await send_again(services, queue, letter.body, letter.id)

    return await services.dead_letters.take(queue, count, again)


def _line(letter: DeadLetter) -> dict[str, Any]:
    return {
        "queue": letter.queue,
        "id": letter.id,
        "kind": _kind(letter.body),
        "reason": letter.reason,
        "deliveries": letter.deliveries,
        "enqueued_at": letter.enqueued_at.isoformat() if letter.enqueued_at else "",
    }


def _kind(body: bytes) -> str:
    """Return the kind of an envelope, or the type of an event; nothing where the body is neither."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    named = data.get("kind") or data.get("type") if isinstance(data, dict) else ""
    return named if isinstance(named, str) else ""
