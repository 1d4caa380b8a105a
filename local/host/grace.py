"""The time that is left for what is in hand when the host is told to stop."""

import asyncio
from collections.abc import Collection
from typing import Any

# Azure gives an instance that is scaled in about as long (functions-host, JobHost shutdown).
GRACE_SECONDS = 30.0
# For what is cancelled then, to clean up.
_LAST_SECONDS = 1.0


class UnfinishedError(Exception):
    """The host was told to stop, and some function did not come to its end in time."""


async def finish(tasks: Collection[asyncio.Task[Any]], what: str, seconds: float = GRACE_SECONDS) -> None:
    """Let the tasks end, and cancel those that do not in time: then UnfinishedError; it says what they are."""
    if not tasks:
        return
    done, pending = await asyncio.wait(tasks, timeout=seconds)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=_LAST_SECONDS)
    for task in done:
        task.result()
    if pending:
        raise UnfinishedError(f"{len(pending)} {what} did not finish within {GRACE_SECONDS:.0f} s")
