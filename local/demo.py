"""`make demo`: start everything, play the story, check it, and stop everything; exit 0 only if all is as it must be."""

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from azure.servicebus.exceptions import ServiceBusError

from local.cloud import interrupts
from local.cloud.cloud import Cloud, running_cloud
from local.cloud.errors import CloudError
from local.cloud.seed import seed
from local.cloud.services import ROOT
from local.story.agent import Agent
from local.story.customer import Customers
from local.story.device import BusProducer, WebhookSender
from local.story.people import people
from local.story.queues import Queues
from local.story.story import Cast, Story
from local.story.timeline import Timeline
from local.story.waiting import NeverHappened


def main() -> int:
    """Return 0 if every check holds, 1 if not, and what the shell expects after a signal."""
    folder = ROOT / ".data" / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    try:
        all_holds = interrupts.run(demo(folder))
    except CloudError as error:
        print(f"The demo could not go on: {error}", file=sys.stderr)
        all_holds = False
    except interrupts.Interrupted as interrupted:
        if folder.exists():
            shutil.rmtree(folder)
        return interrupted.exit_code
    if all_holds:
        shutil.rmtree(folder)
        print("\nEvery check holds. Everything was stopped; 'make run' starts it to stay.")
        return 0
    print(f"\nNot every check holds. The logs and the data are in {folder.relative_to(ROOT)}.", file=sys.stderr)
    return 1


async def demo(folder: Path) -> bool:
    """Tell the story in a local cloud of its own; True if every check holds."""
    print("Starting Table storage, Service Bus, the channel sink and the functions ...", flush=True)
    async with running_cloud(folder) as cloud:
        return await cloud.during(_told(cloud))


async def _told(cloud: Cloud) -> bool:
    print("Publishing the definitions and importing the sample's people ...", flush=True)
    await seed(cloud.settings)
    timeline = Timeline(sys.stdout)
    try:
        async with _cast(cloud) as cast:
            await Story(cast, timeline).tell()
    except (NeverHappened, aiohttp.ClientError, ServiceBusError) as error:
        timeline.check("The story comes to its end", False, error)
    return timeline.verdict()


@asynccontextmanager
async def _cast(cloud: Cloud) -> AsyncIterator[Cast]:
    where = cloud.addresses
    async with aiohttp.ClientSession() as session, BusProducer.connected(where.servicebus) as producer:
        yield Cast(
            webhook=WebhookSender(session, where.public_url, cloud.secrets.webhook_secret),
            producer=producer,
            customers=Customers(session, where.sink),
            agent=Agent(session, where.public_url),
            queues=Queues(session, cloud.admin_url),
            people=people(),
        )


if __name__ == "__main__":
    sys.exit(main())
