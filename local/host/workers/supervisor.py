"""The host with worker processes: it owns the socket, and has them run the app.

A change of the app is taken in by a new crew; the old one goes on until that is ready, and where it never is.
"""

import asyncio
import logging
import socket
import tempfile
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

from local.host.console import announce, stop_on_signals
from local.host.host import url_of
from local.host.options import HostOptions
from local.host.workers.absence import excused
from local.host.workers.crew import Crew, CrewError

_log = logging.getLogger("host.workers")


async def supervise(options: HostOptions, listener: socket.socket) -> None:
    """Run until told to stop; CrewError where the app cannot run, or could not finish what it had in hand."""
    stop = stop_on_signals()
    with tempfile.TemporaryDirectory() as folder:
        # Timers move from one process to the next, and take along what is known of their runs.
        app = options.app if options.app.state else replace(options.app, state=Path(folder))
        supervisor = Supervisor(replace(options, app=app), listener)
        work, stopped = asyncio.create_task(supervisor.run()), asyncio.create_task(stop.wait())
        await asyncio.wait([work, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        work.cancel()
        finished = await supervisor.dismiss()
        with suppress(asyncio.CancelledError):
            await work
    if not finished:
        raise CrewError("not every worker finished what it had in hand")


class Supervisor:
    """The crew that runs, and the one that is about to."""

    def __init__(self, options: HostOptions, listener: socket.socket) -> None:
        self._options = options
        self._listener = listener
        self._crews: list[Crew] = []
        self._absence = AsyncExitStack()
        self._ready_file = options.ready_file

    async def run(self) -> None:
        """Keep the app running; CrewError where it cannot."""
        if self._options.reload:
            await self._follow_changes()
        await self._renew()
        await self._crews[0].failed.wait()
        raise CrewError("the workers keep ending before the app runs")

    async def dismiss(self) -> bool:
        """End whatever runs; whether all of it finished what it had in hand."""
        return all(await asyncio.gather(*[crew.dismiss() for crew in self._crews]))

    async def _follow_changes(self) -> None:
        from local.host.workers.changes import watching  # what it needs is installed for development only

        async with watching(self._options.app) as changes, self._absence:
            await self._absence.enter_async_context(excused(self._listener))
            while True:
                try:
                    await self._renew()
                except CrewError as error:
                    state = "what ran before still does" if self._crews else "nothing runs"
                    print(f"Not reloaded, {state}: {error}. Waiting for the next change.", flush=True)
                changed = await changes.next()
                print(f"Changed: {', '.join(changed)}. Reloading.", flush=True)

    async def _renew(self) -> None:
        """Put a new crew in the place of the one that runs."""
        crew = Crew(self._options.workers, self._options.app, self._listener)
        former, self._crews = self._crews, [*self._crews, crew]
        try:
            screen = await crew.start()
            print(screen, flush=True)  # it answers from now on, and may be told to stop before all of it runs
            await crew.complete()
        except CrewError:
            self._crews = former
            await crew.dismiss()
            raise
        await self._absence.aclose()
        for each in former:
            if not await each.dismiss():
                _log.warning("the app as it was before did not finish what it had in hand")
        self._crews = [crew]
        crew.take_timers()
        announce(url_of(self._listener), self._ready_file)
        self._ready_file = None
