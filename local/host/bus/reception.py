"""One connection's worth of messages from a queue, until it is stopped or the connection is lost."""

import asyncio

from azure.servicebus.aio import ServiceBusReceiver

from local.host.bus.batches import Batches
from local.host.bus.link import QueueLink
from local.host.bus.locks import Locks
from local.host.bus.settlement import Invoke, Settlement
from local.host.bus.singles import Singles
from local.host.hostjson import ServiceBusOptions
from local.host.triggers import QueueTrigger

_UPKEEP_SECONDS = 0.5


class Reception:
    """The link to a queue, the locks on what came over it, and the way in which that is dispatched."""

    def __init__(
        self, trigger: QueueTrigger, receiver: ServiceBusReceiver, invoke: Invoke, options: ServiceBusOptions
    ) -> None:
        settlement = Settlement(trigger.queue, receiver, invoke)
        self._locks = Locks(trigger.queue, receiver, options.max_lock_renewal)
        self._dispatch: Batches | Singles = (
            Batches(trigger.queue, settlement, options)
            if trigger.many
            else Singles(trigger.queue, settlement, self._locks, options)
        )
        self._link = QueueLink(receiver, self._dispatch.deliver)

    async def open(self) -> None:
        """Attach to the queue."""
        await self._link.open()

    async def run(self, stopping: asyncio.Event) -> None:
        """Take messages until told to stop, then finish what is in hand; raises when the connection is lost."""
        async with asyncio.TaskGroup() as group:
            pump = group.create_task(self._link.pump())
            upkeep = group.create_task(self._upkeep())
            taking = group.create_task(self._dispatch.take(self._link))
            await stopping.wait()
            taking.cancel()
            await self._link.stop_taking()
            await self._dispatch.flush()
            await self._dispatch.settled()
            upkeep.cancel()
            await self._link.close()
            pump.cancel()

    async def finish(self) -> None:
        """After the connection was lost: let the messages in hand come to their end, and close."""
        await self._dispatch.settled()
        await self._link.close()

    async def _upkeep(self) -> None:
        while True:
            await asyncio.sleep(_UPKEEP_SECONDS)
            await self._link.stay_authorized()
            await self._locks.renew()
