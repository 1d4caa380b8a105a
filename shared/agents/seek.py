"""An agent with a free slot looks for work: the first waiting cases, in their queues, that they are fit for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.agents.agent import Agent
from shared.agents.messages import Need, SeekCases, TakeSlot
from shared.runtime.decision import Decision, Outgoing, Remove
from shared.runtime.envelope import Message
from shared.runtime.ids import derived


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits, and what it asks of its agent."""

    case: str
    place: str
    need: Need


@dataclass(frozen=True, slots=True)
class Found:
    """What an agent finds in the lists of their queues."""

    cases: tuple[Waiting, ...] = ()
    """Those that they fit, first come first."""
    stale: tuple[tuple[str, str], ...] = ()
    """(list, key) of lines whose cases wait there no more: what a crash has left behind."""
    looked_at: int = 0

    def and_(self, more: "Found") -> "Found":
        """Return both: the cases in the order in which they wait, whatever lists they are in."""
        cases = sorted((*self.cases, *more.cases), key=lambda waiting: waiting.place)
        return Found(tuple(cases), (*self.stale, *more.stale), self.looked_at + more.looked_at)


def seek_cases(agent: Agent, message: Message[SeekCases], found: Found, _now: datetime) -> Decision[Agent]:
    """Take as many as there are slots: one in this invocation, the others by message."""
    offers = [_offer(agent, message, waiting, found) for waiting in found.cases[: agent.free]]
    first, others = _split(offers)
    return Decision(
        outcome="found" if offers else "",
        messages=tuple(others),
        records=tuple(Remove("views", list_, key) for list_, key in found.stale),
        then=first,
    )


def _offer(agent: Agent, message: Message[SeekCases], waiting: Waiting, found: Found) -> Outgoing:
    taking = TakeSlot(agent.id, waiting.case, waiting.place, waiting.need, "agent", looked_at=found.looked_at)
    return Outgoing(derived("take", message.id, waiting.place), taking)


def _split(offers: Sequence[Outgoing]) -> tuple[Outgoing | None, Sequence[Outgoing]]:
    return (offers[0], offers[1:]) if offers else (None, ())
