"""Playing a scenario: what there is, then step after step, then whatever is still to come."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.definitions.loader import Documents
from shared.definitions.published import EVERYBODY_KNOWS
from shared.deliveries.messages import DeliveryReported, SmsReceived
from shared.devices.messages import PutDevice
from shared.events.cloudevent import event_id
from shared.events.messages import TriggerFired
from shared.journeys.messages import ChangeJourney
from shared.runtime.codec import plain
from shared.runtime.envelope import Body, Envelope
from shared.runtime.ids import derived
from shared.scenarios import sayings, words
from shared.scenarios.chronicle import Chronicle, Entry
from shared.scenarios.rows import CaseRow, Letter, RunRow
from shared.scenarios.scenario import (
    LONGEST,
    Action,
    Agree,
    ChangeOfJourney,
    Command,
    Fire,
    Person,
    Reply,
    Report,
    Scenario,
    Subscribe,
)
from shared.scenarios.world import MAX_MESSAGES, Restless, VirtualClock, World

BEFORE = timedelta(hours=1)
"""How long before the start everybody is set up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario."""

    entries: tuple[Entry, ...]
    runs: tuple[RunRow, ...]
    letters: tuple[Letter, ...]
    ended_at: datetime
    problems: tuple[str, ...] = ()
    """What could not be done, crashed, or never came to rest; each is a failure."""


def play(scenario: Scenario, documents: Documents, seed: int = 0, most: int = MAX_MESSAGES) -> Outcome:
    """Run a scenario against all these definitions: the same one with the same seed always comes to the same.

    The seed goes into the ids of what happens, and so into everything that is derived from them. `most` is how many
    messages it may take.
    """
    return asyncio.run(_Play(scenario, documents, seed, most).played())


class _Play:
    def __init__(self, scenario: Scenario, documents: Documents, seed: int, most: int) -> None:
        self._scenario = scenario
        self._documents = documents
        self._name = f"{seed}/{scenario.name}"
        self._said = 0
        self._clock = VirtualClock(scenario.starts - BEFORE)
        zone = scenario.starts.tzinfo
        self._chronicle = Chronicle(documents, self._clock.now, lambda time: words.moment(time, zone))
        self._world = World(self._clock, self._chronicle.committed, self._chronicle.entered.__getitem__, most)
        self._most = most

    async def played(self) -> Outcome:
        scenario, world = self._scenario, self._world
        last = max((step.at for step in scenario.steps), default=timedelta())
        ends = scenario.starts + (scenario.until or last + LONGEST)
        try:
            await self._set_up()
            for step in scenario.steps:
                await world.work(scenario.starts + step.at)
                await self._do(step.action, step.line)
            await self._come_to_rest(ends)
        except Restless:
            self._trouble(f"It does not come to rest: {self._most} messages, and more to come.")
        chronicle = self._chronicle
        return Outcome(
            tuple(chronicle.entries),
            tuple(chronicle.runs.values()),
            tuple(chronicle.letters.values()),
            self._clock.now(),
            tuple(world.problems),
        )

    async def _set_up(self) -> None:
        for person in self._scenario.people:
            await self._say_all(sayings.of_person(person))
        for device in self._scenario.devices:
            await self._say(device)
        # Published after that: whoever is there already is no newcomer. All journeys are live from the start on.
        world, starts = self._world, self._scenario.starts
        services = world.services
        await world.work(starts - services.settings.definitions_cache - EVERYBODY_KNOWS)
        await services.definitions.publish(self._documents)
        await world.work(starts)
        self._chronicle.is_open = True
        world.ticked_at = starts - EVERYBODY_KNOWS
        for refused in self._chronicle.refused_before:
            self._trouble(f"Not set up: {refused}.")

    async def _come_to_rest(self, ends: datetime) -> None:
        world = self._world
        while (due := await world.rests_at()) and due <= ends:
            await world.work(due)
        if self._scenario.until is not None:
            await world.work(ends)
        elif left := world.left():
            self._trouble(
                f"It does not come to rest: {LONGEST.days} days after its last event, {left} messages are left."
            )

    async def _do(self, action: Action, line: int) -> None:
        match action:
            case Fire():
                await self._fire(self._about_case(action, line))
            case Command():
                await self._command(action, line)
            case Report():
                await self._report(action, line)
            case Reply():
                await self._reply(action, line)
            case Agree():
                agreed = words.values(action.consents)
                self._chronicle.tell("consent", f"{action.contact}: {agreed}")
                await self._say_all(sayings.of_consents(action.contact, action.consents))
            case Person():
                self._chronicle.tell("contact", action.contact.contact)
                await self._say_all(sayings.of_person(action))
            case Subscribe():
                self._chronicle.tell("push", f"{action.contact}: {'taken' if action.is_subscribed else 'no more'}")
                await self._say(sayings.of_push(action))
            case ChangeOfJourney():
                self._chronicle.tell("operator", f"{action.command} {action.journey}")
                await self._say(ChangeJourney(action.journey, action.command, sayings.AGENT))
            case PutDevice():
                self._chronicle.tell("device", f"{action.device} is {action.contact}'s")
                await self._say(action)

    async def _fire(self, fire: Fire) -> None:
        """Come in by the door if it is open for the trigger; a business trigger fires as if a record had changed."""
        self._chronicle.tell("event", f"{fire.trigger} {words.values(fire.data)}".rstrip())
        identity = fire.id or self._derived()
        time = self._clock.now()
        if self._documents.triggers[fire.trigger].kind == "custom":
            event = {
                "specversion": "1.0",
                "id": identity,
                "source": fire.source,
                "type": fire.trigger,
                "time": time.isoformat(),
                "data": dict(fire.data),
            }
            await self._world.send("device-events", json.dumps(event).encode())
        else:
            body = TriggerFired(fire.trigger, fire.data, time, source=fire.source)
            await self._say(body, event_id(fire.source, identity))

    def _about_case(self, fire: Fire, line: int) -> Fire:
        case = self._newest_case(fire.contact) if fire.is_about_case else None
        if case is None:
            if fire.is_about_case:
                self._trouble(f"Line {line}: there is no case.")
            return fire
        named = {"case": case.id, "number": case.number}
        declared = self._documents.triggers[fire.trigger].attributes
        about = {name: value for name, value in named.items() if name in declared}
        return replace(fire, data={**about, **fire.data})

    async def _command(self, command: Command, line: int) -> None:
        case = self._newest_case(command.contact)
        if case is None:
            self._trouble(f"Line {line}: there is no case.")
            return
        doing = f"status {command.status_reason}" if command.kind == "status" else command.kind
        self._chronicle.tell("agent", f"{doing} {case.number}")
        await self._say(sayings.of_command(command, case))

    def _newest_case(self, contact: str) -> CaseRow | None:
        cases = [case for case in self._chronicle.cases.values() if contact in ("", case.contact)]
        return cases[-1] if cases else None

    def _newest_letter(self, about: Report | Reply, line: int) -> Letter | None:
        found = [
            letter
            for letter in self._chronicle.letters.values()
            if (letter.request.journey, letter.request.tile) == (about.journey, about.tile)
            and about.contact in ("", letter.contact)
        ]
        if not found:
            self._trouble(f"Line {line}: the tile {about.tile} of {about.journey} has sent nothing.")
            return None
        return found[-1]

    async def _report(self, report: Report, line: int) -> None:
        letter = self._newest_letter(report, line)
        if letter is not None:
            link = f" {report.link}" if report.link else ""
            self._chronicle.tell("report", f"{letter.request.template} to {letter.contact}: {report.report}{link}")
            now = self._clock.now()
            await self._say(DeliveryReported(letter.contact, letter.id, report.report, now, report.link))

    async def _reply(self, reply: Reply, line: int) -> None:
        letter = self._newest_letter(reply, line)
        if letter is None:
            return
        if letter.channel != "sms" or letter.outgoing is None:
            self._trouble(
                f"Line {line}: the tile {reply.tile} of {reply.journey} has sent no SMS that can be answered."
            )
            return
        self._chronicle.tell("reply", f"{letter.contact}: {words.value(reply.text)}")
        await self._say(SmsReceived(letter.outgoing.to, reply.text, self._clock.now(), "/scenarios"))

    async def _say_all(self, bodies: Iterable[Body]) -> None:
        for body in bodies:
            await self._say(body)

    async def _say(self, body: Body, id_: str = "") -> None:
        envelope = Envelope(id_ or self._derived(), body.kind, self._clock.now(), plain(body))
        await self._world.send(body.queue, envelope.encode())

    def _derived(self) -> str:
        """Return an id of its own for each thing said, the same in every run of this scenario with this seed."""
        self._said += 1
        return derived("scenario", self._name, str(self._said))

    def _trouble(self, what: str) -> None:
        self._chronicle.tell("trouble", what)
        self._world.problems.append(what)
