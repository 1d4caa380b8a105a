"""Plays stories from outside: reports errors, resolves cases, and sees when all is quiet."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import batched, count

import aiohttp

from local.cloud.cloud import Cloud
from local.story.crowd import Person, people
from local.story.device import SOURCE, WebhookSender, malfunction
from local.story.queues import Queues
from local.story.waiting import until
from shared.cases.messages import ResolveCase
from shared.events.cloudevent import event_id
from shared.journeys.run import run_id
from shared.runtime.azure.bus import AzureBus
from shared.runtime.azure.connection import ConnectionString
from shared.runtime.bus import BusMessage
from shared.runtime.clock import SystemClock
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from shared.runtime.ids import derived, made

AT_ONCE = 16
"""Webhook calls on their way at a time."""
OPENING, WHOLE = 5, 9
"""Messages of a story until its SMS is reported as delivered, and until its e-mail is."""
PATIENCE_SECONDS = 300
NOT_NOW = (429, 503)
AGAIN_SECONDS = 0.25
FIRST_CODE = 7_700_000
"""Seven digits, so that no part of a time or an id is taken for one."""
JOURNEY = "critical-device-error"


@dataclass(frozen=True, slots=True)
class Story:
    """One error of one person's device."""

    person: Person
    code: int

    @property
    def key(self) -> str:
        """Name it: as event, as webhook call, and with `resolve-` as the message that resolves its case."""
        return f"{self.person.number:04}-{self.code}"

    @property
    def delivery(self) -> str:
        """The id of its SMS."""
        return derived("delivery", self._run, "tell")

    @property
    def case(self) -> str:
        return derived("case", derived("activation", self._run, "ticket"))

    @property
    def _run(self) -> str:
        return run_id(JOURNEY, event_id(SOURCE, self.key))


class Stories:
    """Gives out stories that nobody has told before, of all people in turn."""

    def __init__(self, number_of_people: int) -> None:
        self._people = people(number_of_people)
        self._numbers = count()

    def next(self, number: int) -> list[Story]:
        """Return so many new ones."""
        found = [divmod(next(self._numbers), len(self._people)) for _ in range(number)]
        return [Story(self._people[who], FIRST_CODE + code) for code, who in found]


class Driver:
    """Drives one cloud, whatever process answers in it."""

    def __init__(self, cloud: Cloud, session: aiohttp.ClientSession, bus: AzureBus) -> None:
        self.session = session
        self.bus = bus
        self._url = cloud.addresses.public_url
        self._admin_url = cloud.admin_url
        self._sink = cloud.addresses.sink
        self._webhook = WebhookSender(session, self._url, cloud.secrets.webhook_secret)
        self._queues = Queues(session, cloud.admin_url)

    @classmethod
    @asynccontextmanager
    async def connected(cls, cloud: Cloud) -> AsyncIterator["Driver"]:
        bus = AzureBus(ConnectionString(cloud.addresses.servicebus))
        async with aiohttp.ClientSession() as session:
            try:
                yield cls(cloud, session, bus)
            finally:
                await bus.close()

    async def tell(self, stories: Sequence[Story]) -> None:
        """Tell whole stories, as many at a time as the other side takes."""
        before = await self.sent()
        slots = asyncio.Semaphore(AT_ONCE)

        async def report(story: Story) -> None:
            async with slots:
                await self.report(story)

        async with asyncio.TaskGroup() as group:
            for story in stories:
                group.create_task(report(story))
        await self.until_quiet(before, OPENING * len(stories))
        await self.resolve(stories)
        await self.until_quiet(before, WHOLE * len(stories))

    async def report(self, story: Story) -> None:
        """Report the error by a signed webhook, as often as it takes on a machine that is busy."""
        event = malfunction(story.key, device_id=story.person.device, error_code=story.code)
        # What is waited for is another process: no event of ours tells of it.
        while (reply := await self._webhook.send(event, story.key)).status in NOT_NOW:  # noqa: ASYNC110
            await asyncio.sleep(AGAIN_SECONDS)
        if reply.status != 202:
            raise RuntimeError(f"the webhook answered {reply.problem}")

    async def resolve(self, stories: Sequence[Story]) -> None:
        """Send the commands themselves: what the API reads to answer its caller is not the story's."""
        for some in batched(stories, 50, strict=False):
            await self.bus.send(ResolveCase.queue, [_resolution(story) for story in some])

    async def inbox(self) -> list[dict[str, str]]:
        """Return what the channel sink has taken."""
        async with self.session.get(f"{self._sink}/inbox.json") as response:
            return list((await response.json())["messages"])

    async def sent(self) -> Counter[str]:
        """Count the messages that each queue has taken so far."""
        async with self.session.get(f"{self._admin_url}/queues") as response:
            queues = (await response.json())["queues"]
        return Counter({name: counts["sent"] for name, counts in queues.items()})

    async def until_quiet(self, before: Counter[str], messages: int) -> None:
        """Wait until so many messages were sent since, and none is on its way."""

        async def quiet() -> bool:
            return (await self.sent() - before).total() >= messages and await self._queues.are_idle()

        await until("quiet on all queues", quiet, PATIENCE_SECONDS)

    async def ask(self, path: str, question: object) -> None:
        """Post JSON to the process behind HTTP."""
        async with self.session.post(self._url + path, json=question) as response:
            response.raise_for_status()


def _resolution(story: Story) -> BusMessage:
    body = ResolveCase(story.case, "bench", text="Done.")
    envelope = Envelope(made(), body.kind, SystemClock().now(), plain(body))
    return BusMessage(f"resolve-{story.key}", envelope.encode())
