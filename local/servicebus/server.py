"""The running emulator: its parts put together, its two ports, its end."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from weakref import WeakSet

from aiohttp import web

from local.servicebus.admin import build_admin
from local.servicebus.broker import Broker
from local.servicebus.journal import Journal
from local.servicebus.queues.records import Record
from local.servicebus.settings import QueueSettings
from local.servicebus.turn import Turn
from local.servicebus.wire.connection import Connection
from local.servicebus.wire.opener import LinkOpener
from local.servicebus.wire.patience import Patience
from local.servicebus.wire.sas import AccessKey

HOST = "127.0.0.1"
_BACKLOG = 1024


class Ports(NamedTuple):
    """Where the emulator listens."""

    amqp: int
    admin: int


class Server:
    """An emulator from its start to its end."""

    def __init__(
        self, queues: Iterable[QueueSettings], key: AccessKey, journal: Journal | None, patience: Patience
    ) -> None:
        self._key = key
        self._patience = patience
        self._journal = journal
        self._stopped = asyncio.get_running_loop().create_future()
        self._late_error: Exception | None = None
        self._connections = WeakSet[Connection]()
        self._turn = Turn(self._commit, self._fail)
        self._broker = Broker(queues, milliseconds, self._turn, journal.append if journal else _forget)
        if journal is not None:
            self._broker.restore(journal.replay())

    async def run(self, ports: Ports, announce: Callable[[Ports], None]) -> None:
        """Serve until `stop`; port 0 finds a free one, and those found are announced."""
        runner = web.AppRunner(build_admin(self._broker), access_log=None)
        await runner.setup()
        try:
            with _naming("--admin-port", ports.admin):
                await web.TCPSite(runner, HOST, ports.admin).start()
            with _naming("--port", ports.amqp):
                loop = asyncio.get_running_loop()
                listener = await loop.create_server(self._connect, HOST, ports.amqp, backlog=_BACKLOG)
            self._broker.wake()
            announce(Ports(listener.sockets[0].getsockname()[1], runner.addresses[0][1]))
            try:
                await self._stopped
            finally:
                listener.close()
        finally:
            await runner.cleanup()
        for connection in self._connections:
            connection.shut_down()
        self._turn.finish()
        if self._late_error is not None:
            raise self._late_error

    def stop(self) -> None:
        """Let `run` come to its end."""
        if not self._stopped.done():
            self._stopped.set_result(None)

    def _connect(self) -> Connection:
        connection = Connection(LinkOpener(self._broker, self._key, milliseconds), self._turn, self._patience)
        self._connections.add(connection)
        return connection

    def _commit(self) -> None:
        if self._journal is None:
            return
        self._journal.commit()
        if self._journal.is_due_for_compaction(self._broker.record_count):
            self._journal.compact(self._broker.records())

    def _fail(self, error: Exception) -> None:
        if self._stopped.done():
            self._late_error = error
        else:
            self._stopped.set_exception(error)


@contextmanager
def _naming(option: str, port: int) -> Iterator[None]:
    """Say which option would choose another port."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(f"port {port} ({option}) cannot be had: {reason}") from error


def milliseconds() -> int:
    """Return the time since 1970 in milliseconds."""
    return time.time_ns() // 1_000_000


def _forget(_: Record) -> None:
    """Record nothing: without a journal nothing outlives the process."""
