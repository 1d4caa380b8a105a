"""Timer triggers: each runs at its times in UTC, never twice at once."""

import asyncio
import logging
from datetime import UTC, datetime

from local.host import worker
from local.host.datum import Datum, document
from local.host.timing.monitor import Monitor, Status
from local.host.triggers import Function, TimerTrigger

_log = logging.getLogger("host.timers")


def timer_request(status: Status | None, *, past_due: bool) -> Datum:
    """What a function gets; without a monitor it is told no status."""
    record = status.record() if status else None
    return document({"IsPastDue": past_due, "Schedule": {"AdjustForDST": True}, "ScheduleStatus": record})


class Timer:
    """Runs one function on its schedule.

    Times that pass while it runs are made up for by one run right behind it, which is not past due: so does Azure.
    """

    def __init__(self, function: Function, trigger: TimerTrigger, monitor: Monitor) -> None:
        self._function = function
        self._trigger = trigger
        self._monitor = monitor
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Run until stopped; the invocation in hand is finished."""
        now = datetime.now(UTC)
        status = self._known(now)
        if status.next < now:
            _log.info("%s: past due, it should have run at %s", self._function.name, status.next.isoformat())
            status = await self._fire(status, now, past_due=True)
        elif self._trigger.run_on_startup:
            status = await self._fire(status, now)
        while await self._wait_until(status.next):
            # The event loop's clock may be a little ahead of the wall clock.
            status = await self._fire(status, max(datetime.now(UTC), status.next))

    def stop(self) -> None:
        """Let no further time come."""
        self._stopping.set()

    def _known(self, now: datetime) -> Status:
        schedule, name = self._trigger.schedule, self._function.name
        found = self._monitor.read(name) if self._trigger.use_monitor else None
        status = found.under(schedule, now) if found else Status.first(schedule, now)
        if status != found:
            self._keep(status)
        return status

    def _keep(self, status: Status) -> None:
        if not self._trigger.use_monitor:
            return
        try:
            self._monitor.write(self._function.name, status)
        except OSError as error:
            # At worst the next host makes up for a run too many, or for none.
            _log.error("%s: the record of its runs is not kept: %s", self._function.name, error)

    async def _wait_until(self, due: datetime) -> bool:
        """Whether the time came before the stop."""
        while (remaining := (due - datetime.now(UTC)).total_seconds()) > 0:
            try:
                await asyncio.wait_for(self._stopping.wait(), remaining)
            except TimeoutError:
                continue
            return False
        return not self._stopping.is_set()

    async def _fire(self, status: Status, moment: datetime, *, past_due: bool = False) -> Status:
        if self._stopping.is_set():
            return status
        request = timer_request(status if self._trigger.use_monitor else None, past_due=past_due)
        try:
            await asyncio.create_task(worker.invoke(self._function, request, {}))
        except worker.InvocationError as error:
            _log.error("%s\n%s", error, error.trace)
        status = Status.after_run(self._trigger.schedule, moment)
        self._keep(status)
        return status
