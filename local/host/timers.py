"""Timer triggers: each runs at its times in UTC, never twice at once."""

import asyncio
import logging
from datetime import UTC, datetime

from local.host import worker
from local.host.datum import Datum, document
from local.host.triggers import Function, TimerTrigger

_log = logging.getLogger("host.timers")


class Timer:
    """Runs one function on its schedule; a time that passes while it runs is left out, as in Azure."""

    def __init__(self, function: Function, trigger: TimerTrigger) -> None:
        self._function = function
        self._trigger = trigger
        self._stopping = asyncio.Event()
        self._last: datetime | None = None

    async def run(self) -> None:
        """Run until stopped; the invocation in hand is finished."""
        if self._trigger.run_on_startup and not self._stopping.is_set():
            await self._fire()
        while await self._wait_until(self._trigger.schedule.next_after(datetime.now(UTC))):
            await self._fire()

    def stop(self) -> None:
        """Let no further time come."""
        self._stopping.set()

    async def _wait_until(self, due: datetime) -> bool:
        """Whether the time came before the stop."""
        while (remaining := (due - datetime.now(UTC)).total_seconds()) > 0:
            try:
                await asyncio.wait_for(self._stopping.wait(), remaining)
            except TimeoutError:
                continue  # the event loop's clock may be a little ahead of the wall clock
            return False
        return not self._stopping.is_set()

    async def _fire(self) -> None:
        fired = datetime.now(UTC)
        request = self._request(fired)
        self._last = fired
        try:
            await asyncio.create_task(worker.invoke(self._function, request, {}))
        except worker.InvocationError as error:
            _log.error("%s\n%s", error, error.trace)

    def _request(self, fired: datetime) -> Datum:
        last = self._last or datetime.min.replace(tzinfo=UTC)
        status = {
            "Last": last.isoformat(),
            "Next": self._trigger.schedule.next_after(fired).isoformat(),
            "LastUpdated": last.isoformat(),
        }
        return document({"IsPastDue": False, "Schedule": {"AdjustForDST": True}, "ScheduleStatus": status})
