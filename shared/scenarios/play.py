"""Playing a scenario: what there is, then step after step, then whatever is still to come."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cases.messages import CancelCase, ChangeStatus, ReactivateCase, ResolveCase
from shared.contacts.messages import SetConsent
from shared.definitions.loader import Documents
from shared.deliveries.messages import DeliveryReported
from shared.devices.messages import PutDevice
from shared.events.cloudevent import event_id
from shared.events.messages import TriggerFired
from shared.runtime.codec import plain
from shared.runtime.envelope import Body, Envelope
from shared.runtime.ids import derived
from shared.scenarios import words
from shared.scenarios.chronicle import Chronicle, Entry
from shared.scenarios.rows import CaseRow, Letter, RunRow
from shared.scenarios.scenario import LONGEST, Action, Agree, Command, Fire, Person, Report, Scenario
from shared.scenarios.world import MAX_MESSAGES, Restless, VirtualClock, World

BEFORE = timedelta(hours=1)
"""How long before the start everything is set up: definitions take a moment until they are live."""
AGENT = "agent"


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
        self._world = World(self._clock, self._chronicle.committed, most)
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
            await self._put(person)
        for device in self._scenario.devices:
            await self._say(device)
        # Published after that: whoever is there already does not start what begins with newcomers.
        await self._world.work(self._clock.now() + BEFORE / 2)
        await self._world.services.definitions.publish(self._documents)
        await self._world.work(self._scenario.starts)
        self._chronicle.is_open = True
        for refused in self._chronicle.refused_before:
            self._trouble(f"Not set up: {refused}.")

    async def _come_to_rest(self, ends: datetime) -> None:
        world = self._world
        while (due := world.rests_at()) and due <= ends:
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
                self._chronicle.tell("event", f"{action.trigger} {words.values(action.data)}".rstrip())
                await self._fire(action)
            case Command():
                await self._command(action, line)
            case Report():
                await self._report(action, line)
            case Agree():
                agreed = words.values(action.consents)
                self._chronicle.tell("consent", f"{action.contact}: {agreed}")
                await self._agree(action.contact, action.consents)
            case Person():
                self._chronicle.tell("contact", action.contact.contact)
                await self._put(action)
            case PutDevice():
                self._chronicle.tell("device", f"{action.device} is {action.contact}'s")
                await self._say(action)

    async def _fire(self, fire: Fire) -> None:
        """Come in by the door if it is open for the trigger; a business trigger fires as if a record had changed."""
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

    async def _command(self, command: Command, line: int) -> None:
        case = self._newest_case(command.contact)
        if case is None:
            self._trouble(f"Line {line}: there is no case.")
            return
        doing = f"status {command.status_reason}" if command.kind == "status" else command.kind
        self._chronicle.tell("agent", f"{doing} {case.number}")
        body: Body
        match command.kind:
            case "resolve":
                body = ResolveCase(case.id, AGENT, command.status_reason, command.text)
            case "cancel":
                body = CancelCase(case.id, AGENT, command.text)
            case "status":
                body = ChangeStatus(case.id, AGENT, command.status_reason, command.text)
            case "reactivate":
                body = ReactivateCase(case.id, AGENT, case.device, case.error_code, command.text)
        await self._say(body)

    def _newest_case(self, contact: str) -> CaseRow | None:
        cases = [case for case in self._chronicle.cases.values() if contact in ("", case.contact)]
        return cases[-1] if cases else None

    async def _report(self, report: Report, line: int) -> None:
        found = [
            letter
            for letter in self._chronicle.letters.values()
            if (letter.request.journey, letter.request.tile) == (report.journey, report.tile)
            and report.contact in ("", letter.contact)
        ]
        if not found:
            self._trouble(f"Line {line}: the tile {report.tile} of {report.journey} has sent nothing.")
            return
        letter = found[-1]
        self._chronicle.tell("report", f"{letter.request.template} to {letter.contact}: {report.report}")
        await self._say(DeliveryReported(letter.contact, letter.id, report.report, self._clock.now()))

    async def _put(self, person: Person) -> None:
        await self._say(person.contact)
        await self._agree(person.contact.contact, person.consents)

    async def _agree(self, contact: str, consents: Mapping[str, str]) -> None:
        for key, status in consents.items():
            channel, _, purpose = key.partition("/")
            await self._say(SetConsent(contact, channel, purpose, status, "scenario"))

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
