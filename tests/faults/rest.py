"""When a system has come to rest: nothing is on its way, and what is scheduled are waits of days, not retries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient

from shared.runtime.retry import LONGEST_DELAY
from tests.faults.cloud import Cloud
from tests.faults.ledger import Ledger
from tests.faults.waiting import until

Queues = dict[str, dict[str, int]]
PEEK = 500


async def ledger_at_rest(cloud: Cloud, within: float) -> Ledger:
    """Read the ledger as soon as nothing moves any more; raises NeverHappened."""

    async def at_rest() -> bool:
        return await is_at_rest(cloud)

    await until("the system comes to rest", at_rest, within)
    return await read_ledger(cloud)


@asynccontextmanager
async def telling(cloud: Cloud) -> AsyncIterator[None]:
    """Add the ledger, as it is by then, to whatever is raised inside."""
    try:
        yield
    except Exception as error:
        error.add_note(str(await read_ledger(cloud)))
        raise


async def read_ledger(cloud: Cloud) -> Ledger:
    return await Ledger.read(cloud.tables, await cloud.sink.inbox(), await queues(cloud))


async def queues(cloud: Cloud) -> Queues:
    """Return the counts of all queues, taken at one time."""
    async with cloud.http.get(f"{cloud.emulator.admin_url}/queues") as response:
        return dict((await response.json())["queues"])


async def is_at_rest(cloud: Cloud) -> bool:
    """Look at the queues before and after the sink: between them, a report may have gone from one to the other."""
    before = await queues(cloud)
    if any(counts["active"] or counts["locked"] for counts in before.values()):
        return False
    if await cloud.sink.pending_reports() or before != await queues(cloud):
        return False
    return not await _retries(cloud, before)


async def _retries(cloud: Cloud, counts: Queues) -> bool:
    """Say whether anything is scheduled for so soon that it can only be a retry."""
    soon = datetime.now(UTC) + LONGEST_DELAY
    async with ServiceBusClient.from_connection_string(cloud.emulator.connection_string) as client:
        for queue in counts:
            if counts[queue]["scheduled"] and any(_due(message) < soon for message in await _peeked(client, queue)):
                return True
    return False


async def _peeked(client: ServiceBusClient, queue: str) -> list[ServiceBusReceivedMessage]:
    found: list[ServiceBusReceivedMessage] = []
    async with client.get_queue_receiver(queue) as receiver:
        after = 1
        while page := await receiver.peek_messages(PEEK, sequence_number=after):
            found += page
            after = (page[-1].sequence_number or 0) + 1
    return found


def _due(message: ServiceBusReceivedMessage) -> datetime:
    due = message.scheduled_enqueue_time_utc
    assert due is not None
    return due.replace(tzinfo=UTC)
