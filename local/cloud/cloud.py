"""The local cloud as a whole: started in order, watched, stopped in reverse."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.cloud import services
from local.cloud.child import Child, Service
from local.cloud.guard import Guard, guarding
from local.cloud.lock import locked
from local.cloud.ports import HOST, free_port
from local.cloud.settings import FILE, Addresses, Secrets, local_settings, write_private
from local.cloud.tasks import cancelled

HostService = Callable[[Path, int], Service]
"""Takes the settings file and the port for HTTP."""


@dataclass
class Cloud:
    """A running local cloud; everything it keeps and logs is in `folder`."""

    folder: Path
    secrets: Secrets
    addresses: Addresses
    admin_url: str
    """Where the bus tells what its queues hold."""
    smtp: str
    """Where the sink takes mails of whatever else sends some."""
    children: list[Child] = field(default_factory=list)

    @property
    def settings(self) -> Path:
        """The local.settings.json that the functions and the command line share."""
        return self.folder / FILE

    async def during[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work and return its result; raises ServiceEnded if a service ends meanwhile."""
        doing = asyncio.create_task(work)
        watching = [asyncio.create_task(child.ended()) for child in self.children]
        try:
            done, _ = await asyncio.wait([doing, *watching], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {doing}:
                task.result()
            return doing.result()
        finally:
            await cancelled(doing, *watching)


@asynccontextmanager
async def running_cloud(
    folder: Path, preferred_port: int = 0, host: HostService = services.host
) -> AsyncIterator[Cloud]:
    """Run everything, with its HTTP at the preferred port where that is free; stop everything at the end.

    `host` is what runs the functions.
    """
    logs = folder / "logs"
    for each in (logs, *(folder / name for name in ("tables", "bus", "sink"))):
        each.mkdir(parents=True, exist_ok=True)
    with locked(folder) as lock, guarding(services.ROOT, lock) as guard:
        async with AsyncExitStack() as stack:
            yield await _start(folder, free_port(preferred_port), host, _Starter(stack, guard, logs))


@dataclass(frozen=True, slots=True)
class _Starter:
    """Starts services one after the other, and sees to it that they are stopped."""

    stack: AsyncExitStack
    guard: Guard
    logs: Path

    async def __call__(self, service: Service) -> tuple[Child, tuple[str, ...]]:
        child = await Child.start(service, services.ROOT, self.logs)
        self.guard.watch(child.pid)
        self.stack.push_async_callback(self._stop, child)
        found = await child.until_ready()
        return child, tuple(group.decode() for group in found.groups())

    async def _stop(self, child: Child) -> None:
        try:
            await child.stop()
        finally:
            self.guard.forget(child.pid)


async def _start(folder: Path, http_port: int, host: HostService, start: _Starter) -> Cloud:
    secrets = Secrets.of(folder)
    tables_port = free_port()
    tables, _ = await start(services.azurite(folder, tables_port))
    bus, (bus_port, admin_port) = await start(services.servicebus(folder))
    connection = services.servicebus_connection(int(bus_port))
    sink, (sink_url, smtp_port) = await start(services.sink(folder, secrets.sink_key, connection))
    where = Addresses(connection, services.tables_connection(tables_port), sink_url, f"http://{HOST}:{http_port}")
    admin_url, smtp = f"http://{HOST}:{admin_port}", f"{HOST}:{smtp_port}"
    cloud = Cloud(folder, secrets, where, admin_url, smtp, [tables, bus, sink])
    write_private(cloud.settings, local_settings(secrets, where))
    functions, _ = await start(host(cloud.settings, http_port))
    cloud.children.append(functions)
    return cloud
