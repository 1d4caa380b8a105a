"""What became of a command: its row in the aggregate's partition, or its line among the rejected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.agents import agent as agents
from shared.agents.messages import PutAgent, SetPresence
from shared.api.command import ASKED_FIRST
from shared.cases import case as cases
from shared.cases.commands import CHANGES
from shared.cases.messages import OpenCase
from shared.cli.output import Advance
from shared.cli.sending import Command
from shared.cli.services import Services
from shared.contacts import contact as contacts
from shared.contacts.messages import PutContact, SetConsent
from shared.devices import device as devices
from shared.devices.messages import PutDevice
from shared.intake import correspondent as correspondents
from shared.intake.messages import ReleaseActivity
from shared.knowledge import article as articles
from shared.knowledge.messages import ImportArticle
from shared.runtime import rejected
from shared.runtime.envelope import Body
from shared.runtime.errors import CarebusError
from shared.runtime.ids import derived, quoted
from shared.runtime.store import Row
from shared.tasks import task as tasks
from shared.tasks.messages import CloseTask, CreateTask

POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was refused for good, and the closed reason."""

    command: Command
    reason: str


class NotApplied(CarebusError):
    """Not everything was applied in time; it will be."""


async def until_applied(
    services: Services, wanted: Sequence[Command], patience: timedelta, advance: Advance = lambda _: None
) -> list[Refused]:
    """Wait until each command was applied or refused, and return the refusals; raises NotApplied after `patience`."""
    deadline = services.clock.now() + patience
    refused = []
    for done, command in enumerate(wanted):
        while (outcome := await _outcome(services, command)) is None:
            if services.clock.now() >= deadline:
                raise NotApplied(_told(done, len(wanted), patience))
            await services.clock.pause(POLL_SECONDS)
        if outcome:
            refused.append(Refused(command, outcome))
        advance(1)
    return refused


async def was_applied(services: Services, command: Command) -> bool:
    """Whether it is on record already that this command was applied."""
    return await services.store.get(*_cause_row(command.body, command.envelope.id)) is not None


async def _outcome(services: Services, command: Command) -> str | None:
    """Return the reason of a refusal, nothing where it was applied, and None where nobody knows yet."""
    table, partition, key = _cause_row(command.body, command.envelope.id)
    row = await services.store.get(table, partition, key) or await _refused_elsewhere(services, command)
    if row is not None:
        return str(row.data["detail"]["reason"]) if row.data["outcome"] == "refused" else ""
    line = await _rejection(services, command)
    return str(line.data["reason"]) if line else None


async def _refused_elsewhere(services: Services, command: Command) -> Row | None:
    """Return the row of whoever is asked first, where they refuse: what they grant, the case has on record."""
    place_of = ASKED_FIRST.get(type(command.body))
    place = place_of(command.body, command.envelope.id) if place_of else None
    row = await services.store.get(*place) if place else None
    return row if row is not None and row.data["outcome"] == "refused" else None


async def _rejection(services: Services, command: Command) -> Row | None:
    """Look among the rejected of the days since the command was made."""
    key = derived(command.body.queue, command.envelope.encode().hex())
    days = {command.envelope.time.date(), services.clock.now().date()}
    for day in sorted(days):
        if row := await services.store.get(rejected.TABLE, day.isoformat(), key):
            return row
    return None


def _cause_row(body: Body, id_: str) -> tuple[str, str, str]:
    """Return table, partition and key of the row that the command leaves where it is applied."""
    match body:
        case PutContact() | SetConsent():
            return contacts.TABLE, quoted(body.contact), f"change:{id_}"
        case PutDevice():
            return devices.TABLE, quoted(body.device), f"change:{id_}"
        case PutAgent() | SetPresence():
            return agents.TABLE, quoted(body.agent), f"change:{id_}"
        case ReleaseActivity():
            return correspondents.TABLE, quoted(body.correspondent), f"step:{body.activity}:{id_}"
        case OpenCase(device=str(device), error_code=int()):
            return devices.TABLE, quoted(device), f"alert:{derived('alert', id_)}"
        case OpenCase():
            return cases.TABLE, quoted(body.case), f"activity:{derived('create', body.case, '1')}"
        case CloseTask():
            return tasks.TABLE, quoted(body.task), f"change:{id_}"
        case ImportArticle():
            return articles.TABLE, quoted(body.article), f"change:{id_}"
        case CreateTask(case=str(case)):
            return cases.TABLE, quoted(case), f"activity:{id_}"
        case _ if type(body) in CHANGES or type(body) in ASKED_FIRST:
            return cases.TABLE, quoted(body.case), f"activity:{id_}"  # type: ignore[attr-defined]
        case _:
            raise TypeError(f"{body.kind} leaves no row that is known here")


def _told(done: int, total: int, patience: timedelta) -> str:
    seconds = f"{patience.total_seconds():g} s"
    return f"{done} of {total} were applied within {seconds}. The others were sent and will be: look again later."
