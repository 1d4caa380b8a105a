"""Ending early in good order: on Ctrl-C, on a polite kill, and when the terminal is closed."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal asked us to end."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.exit_code = 128 + number


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run the work and return its result; raises Interrupted once it has cleaned up after itself."""
    return asyncio.run(_cancelled_by_signals(work))


async def _cancelled_by_signals[T](work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.create_task(work)
    received: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        # A second signal must not cut short the stopping that the first one has begun.
        if not received:
            task.cancel()
        received.append(number)

    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        raise Interrupted(received[0]) from None
