"""Service Bus triggers: a listener for each queue, that comes back as often as the bus goes away."""

import asyncio
import logging
from collections.abc import Mapping

from azure.servicebus._pyamqp.error import AMQPException
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusError

from local.host import worker
from local.host.bus.link import LinkLostError
from local.host.bus.messages import application_properties, body_of, metadata_of, metadata_of_batch
from local.host.bus.reception import Reception
from local.host.bus.settlement import Messages
from local.host.datum import blobs
from local.host.hostjson import ServiceBusOptions
from local.host.logs import one_line
from local.host.triggers import Function, QueueTrigger

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_BUS_ERRORS = (ServiceBusError, AMQPException, LinkLostError, OSError)
_log = logging.getLogger("host.servicebus")


def open_client(connection: str, environment: Mapping[str, str]) -> ServiceBusClient:
    """The client for a connection setting: a connection string, or a namespace with the developer's own identity.

    Few retries: the listener does the waiting between attempts, and says so, where the SDK would be silent for seconds.
    """
    namespace = environment.get(f"{connection}__fullyQualifiedNamespace")
    if connection in environment or namespace is None:
        return ServiceBusClient.from_connection_string(environment[connection], retry_total=1, retry_backoff_factor=0.1)
    from azure.identity.aio import DefaultAzureCredential  # slow to import, and seldom needed

    return ServiceBusClient(namespace, DefaultAzureCredential(), retry_total=1, retry_backoff_factor=0.1)


class QueueListener:
    """Runs one function for the messages of its queue."""

    def __init__(
        self, function: Function, trigger: QueueTrigger, client: ServiceBusClient, options: ServiceBusOptions
    ) -> None:
        self._function = function
        self._trigger = trigger
        self._queue = trigger.queue
        self._client = client
        self._options = options
        self._stopping = asyncio.Event()
        self._left: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take messages until stopped; the messages in hand are finished."""
        away = False
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            reception = self._reception()
            try:
                await reception.open()
                if away:
                    _log.info("%s: receiving again", self._queue)
                away, pause = False, _FIRST_PAUSE
                await reception.run(self._stopping)
            except Exception as error:  # whatever it is, the queue must be served again
                if not away:
                    _report(self._queue, error)
                away = True
                self._leave(reception)
                await self._wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        if self._left:
            await asyncio.wait(self._left)

    def stop(self) -> None:
        """Take no further message."""
        self._stopping.set()

    def _reception(self) -> Reception:
        receiver = self._client.get_queue_receiver(self._queue)
        return Reception(self._trigger, receiver, self._invoke, self._options)

    async def _invoke(self, messages: Messages) -> None:
        try:
            bodies = [body_of(message) for message in messages]
        except ValueError as error:
            raise worker.InvocationError(self._function.name, str(error), "") from error
        if self._trigger.many:
            await worker.invoke(self._function, blobs([body.value for body in bodies]), metadata_of_batch(messages))
        else:
            (message,), (body,) = messages, bodies
            trace_parent = str(application_properties(message).get("Diagnostic-Id", ""))
            await worker.invoke(self._function, body, metadata_of(message), trace_parent)

    def _leave(self, reception: Reception) -> None:
        """Let the messages in hand finish beside the next connection: their locks outlive this one."""
        task = asyncio.create_task(self._finish(reception))
        self._left.add(task)
        task.add_done_callback(self._left.discard)

    async def _finish(self, reception: Reception) -> None:
        try:
            await reception.finish()
        except _BUS_ERRORS as error:
            _log.debug("%s: the lost link did not close: %s", self._queue, one_line(error))

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _report(queue: str, error: BaseException) -> None:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    expected = isinstance(error, _BUS_ERRORS)
    _log.warning("%s: not receiving, trying again: %s", queue, one_line(error), exc_info=None if expected else error)
