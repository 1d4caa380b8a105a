"""The story, chapter by chapter: a device error from the first report to the customer's last e-mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.story.agent import Agent
from local.story.customer import Customers
from local.story.device import BusProducer, WebhookSender, malfunction
from local.story.people import Person
from local.story.queues import Queues
from local.story.timeline import Timeline
from local.story.waiting import until, until_one

CRITICAL, UNCRITICAL, OTHER = 11, 10, 42
"""Error codes: the journey starts on those above 10."""
JOURNEY = "critical-device-error"
DONE = "Sensor ersetzt, Gerät geprüft."


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part, by what they can do."""

    webhook: WebhookSender
    producer: BusProducer
    customers: Customers
    agent: Agent
    queues: Queues
    people: Mapping[str, Person]


class Story:
    """One telling. Each chapter does something, waits for its effects, and checks them."""

    def __init__(self, cast: Cast, timeline: Timeline) -> None:
        """Take who plays, and where it is written down."""
        self._cast = cast
        self._timeline = timeline
        self._anna = cast.people["D-1001"]
        self._grace = cast.people["D-2001"]

    async def tell(self) -> None:
        """Play everything; raises NeverHappened where it does not go on."""
        case, sms = await self._a_device_reports_an_error()
        await self._a_producer_uses_the_bus()
        await self._the_error_comes_again(case)
        await self._an_error_is_not_critical()
        await self._bad_requests_are_refused()
        await self._nobody_owns_the_device()
        await self._the_case_is_resolved(case, sms)
        await self._reports_come_back()
        await self._all_is_quiet()

    async def _a_device_reports_an_error(self) -> tuple[dict[str, Any], str]:
        anna, timeline = self._anna, self._timeline
        timeline.chapter("A device reports an error, by a signed webhook, and its customer hears of it")
        event = malfunction("error-1", device_id=anna.device, error_code=CRITICAL)
        first = await self._cast.webhook.send(event, "call-1")
        timeline.fact("EVENT", f"{anna.device} reports error {CRITICAL}: {first.status}")
        case = await self._case_of(anna)
        text = (await self._message("sms", anna.phone))["text"]
        timeline.check("The webhook was accepted", first.status == 202, first.problem)
        timeline.check("A critical case is open", (case["status"], case["priority"]) == ("active", "critical"), case)
        timeline.check("The customer's SMS names the ticket", case["number"] in text, text)
        await self._see_page(text, anna, "The link opens the ticket's page, in the customer's language", case["number"])
        again = await self._cast.webhook.send(event, "call-1")
        timeline.fact("EVENT", f"the same call again: {again.status}, answered the same")
        timeline.check("A repeated call is answered like the first", again == first, again)
        return case, text

    async def _a_producer_uses_the_bus(self) -> None:
        grace, timeline = self._grace, self._timeline
        timeline.chapter("Another device reports through a producer on the bus")
        await self._cast.producer.send(malfunction("error-2", device_id=grace.device, error_code=OTHER))
        timeline.fact("EVENT", f"{grace.device} reports error {OTHER} on the queue device-events")
        case = await self._case_of(grace)
        text = (await self._message("sms", grace.phone))["text"]
        timeline.check("An event from the bus opens a case, and an English SMS follows", _names(text, case), text)

    async def _the_error_comes_again(self, case: Mapping[str, Any]) -> None:
        anna, timeline = self._anna, self._timeline
        timeline.chapter("The error is reported again while the case is open")
        event = malfunction("error-3", device_id=anna.device, error_code=CRITICAL)
        reply = await self._cast.webhook.send(event, "call-3")
        timeline.fact("EVENT", f"{anna.device} reports error {CRITICAL} again: {reply.status}")

        async def counted() -> int | None:
            occurrences = (await self._cast.agent.case(case["id"]))["occurrences"]["count"]
            return occurrences if occurrences > 1 else None

        count = await until("an occurrence is added to the case", counted)
        timeline.fact("CASE", f"{case['number']} has {count} occurrences")
        timeline.check("A repeated error is an occurrence of the open case", count == 2, count)

    async def _an_error_is_not_critical(self) -> None:
        anna, timeline = self._anna, self._timeline
        timeline.chapter("An error is not critical")
        event = malfunction("error-4", device_id=anna.device, error_code=UNCRITICAL)
        reply = await self._cast.webhook.send(event, "call-4")
        timeline.fact("EVENT", f"{anna.device} reports error {UNCRITICAL}: {reply.status}")
        line = await until_one("the entry is refused", lambda: self._cast.agent.not_entered(JOURNEY))
        timeline.fact("JOURNEY", f"{JOURNEY} was not entered: {line['reason']}")
        timeline.check("An uncritical error starts nothing, and it says why", line["reason"] == "condition_not_met")

    async def _bad_requests_are_refused(self) -> None:
        timeline, webhook = self._timeline, self._cast.webhook
        timeline.chapter("Bad requests are refused, and told what is wrong")
        unsigned = WebhookSender(webhook.session, webhook.url, secret=f"whsec_{'A' * 32}")
        good = malfunction("error-5", device_id=self._anna.device, error_code=CRITICAL)
        for what, sender, event, status in (
            ("that is no JSON", webhook, b'{"specversion":', 400),
            ("without an error code", webhook, malfunction("error-5", device_id=self._anna.device), 422),
            ("signed with a wrong secret", unsigned, good, 401),
        ):
            reply = await sender.send(event, "call-5")
            timeline.fact("REFUSED", f"an event {what}: {reply.problem}")
            timeline.check(f"An event {what} is refused with {status}", reply.status == status, reply.problem)
        await self._cast.producer.send(b"no event at all")
        line = await until_one("the message on the bus is refused", self._cast.agent.rejected)
        timeline.fact("REJECTED", f"a message on {line['queue']} that is no event: {line['reason']}")
        timeline.check(
            "A bad message on the bus is on record with its reason", line["reason"] == "malformed_json", line
        )

    async def _nobody_owns_the_device(self) -> None:
        timeline = self._timeline
        timeline.chapter("A device that nobody owns")
        event = malfunction("error-6", device_id="D-9999", error_code=CRITICAL)
        reply = await self._cast.webhook.send(event, "call-6")
        timeline.fact("EVENT", f"D-9999 reports error {CRITICAL}: {reply.status}")
        line = await until_one("the event is unmatched", self._cast.agent.unmatched)
        timeline.fact("UNMATCHED", f"{line['trigger']} from {line['source']}: {line['reason']}")
        timeline.check("An event that nobody can take is kept for a replay", line["reason"] != "", line)

    async def _the_case_is_resolved(self, case: Mapping[str, Any], sms: str) -> None:
        anna, timeline = self._anna, self._timeline
        timeline.chapter("The case is resolved, and its customer hears of that, too")
        reply = await self._cast.agent.resolve(case["id"], DONE)
        timeline.fact("CASE", f"{case['number']} resolved over the API: {reply.status}")
        mail = await self._message("email", anna.email)
        timeline.check("The API answers 200 once the case is resolved", reply.status == 200, reply.problem)
        timeline.check("An e-mail tells the customer", case["number"] in mail["subject"], mail["subject"])
        await self._see_page(sms, anna, "The ticket's page shows the solution", DONE)

    async def _reports_come_back(self) -> None:
        timeline = self._timeline
        timeline.chapter("The provider's reports come back")

        async def delivered() -> list[dict[str, Any]] | None:
            messages = await self._cast.agent.deliveries(self._anna.id)
            return messages if all(message["state"] == "delivered" for message in messages) else None

        messages = await until("every message is reported as delivered", delivered)
        for message in messages:
            timeline.fact("DELIVERY", f"{message['channel']} {message['template']} to {message['to']}: delivered")
        timeline.check("The SMS and the e-mail are reported as delivered", len(messages) == 2, len(messages))

    async def _all_is_quiet(self) -> None:
        timeline, queues = self._timeline, self._cast.queues
        timeline.chapter("All is quiet")

        async def idle() -> bool:
            return await queues.are_idle()

        await until("all queues are idle", idle)
        received = await self._cast.customers.received()
        dead = await queues.dead_letters()
        timeline.fact("QUEUES", f"nothing on its way, {dead} dead letters, {len(received)} messages sent in all")
        timeline.check("Nobody got a message twice: two SMS and one e-mail in all", len(received) == 3, len(received))
        timeline.check("No message was given up", dead == 0, dead)

    async def _case_of(self, person: Person) -> dict[str, Any]:
        case = await until_one(f"a case of {person.name}", lambda: self._cast.agent.cases(person.id))
        self._timeline.fact("CASE", f"{case['number']} opened for {person.name}: {case['title']}, {case['priority']}")
        return case

    async def _message(self, channel: str, address: str) -> dict[str, Any]:
        """Wait for the one message, and show it."""
        message = await until_one(f"{channel} to {address}", lambda: self._cast.customers.received(channel, address))
        if channel == "sms":
            self._timeline.fact("SMS", f'{address}  "{message["text"]}"')
        else:
            self._timeline.fact("E-MAIL", f'{address}  "{message["subject"]}"')
            self._timeline.quote(message["plain_text"])
        return message

    async def _see_page(self, text: str, person: Person, claim: str, content: str) -> None:
        page = await self._cast.customers.follow(text)
        self._timeline.fact("PAGE", f"{page.status}  {' '.join(page.words[:3])} (lang={page.language})")
        self._timeline.check(claim, content in page.text and page.language == person.language, page)


def _names(text: str, case: Mapping[str, Any]) -> bool:
    return text.startswith("An error was found") and case["number"] in text
