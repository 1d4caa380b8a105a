"""Entering the members of a segment: the index of contacts is walked a page at a time, once an occurrence.

Each page is a step of the walk, with its own place on record: it can be stopped and begun again anywhere, and the id
of a contact's run only depends on journey, occurrence and contact. So nobody is lost, and nobody enters twice.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shared.journeys.messages import EnterJourney, WalkSegment
from shared.journeys.run import member_run_id
from shared.runtime.aggregate import read_head
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, joined
from shared.runtime.store import Store

TABLE = "occurrences"
HEAD = "head"
ONCE = "once"
"""The one occurrence of a journey that does not repeat."""
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Row `head` of a partition: one start of a segment-based journey, and how far it has come."""

    journey: str
    name: str
    segment: str
    started_at: datetime
    shard: int = 0
    after: str = ""
    """The contact behind which the next page begins."""
    pages: int = 0
    entered: int = 0
    moved_at: datetime = BEGINNING
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One page of the index of contacts."""

    segment: str
    members: tuple[str, ...]
    """Those on the page who are in the segment, and were contacts when the occurrence began."""
    next_place: tuple[int, str] | None
    """Shard and contact behind which the next page begins; None after the last one."""
    is_stopped: bool = False


def begin_walk(message: Message[WalkSegment], facts: PageFacts, now: datetime) -> Decision[Occurrence]:
    body = message.body
    return _page(Occurrence(body.journey, body.occurrence, facts.segment, body.started_at), message, facts, now)


def go_on_walking(
    walk: Occurrence, message: Message[WalkSegment], facts: PageFacts, now: datetime
) -> Decision[Occurrence]:
    if message.body.page != walk.pages or walk.finished_at is not None:
        return Decision()
    return _page(walk, message, facts, now)


def _page(walk: Occurrence, message: Message[WalkSegment], facts: PageFacts, now: datetime) -> Decision[Occurrence]:
    body = message.body
    is_last = facts.next_place is None or facts.is_stopped
    shard, after = facts.next_place or (walk.shard, walk.after)
    walked = replace(
        walk,
        shard=shard,
        after=after,
        pages=walk.pages + 1,
        entered=walk.entered + len(facts.members),
        moved_at=now,
        finished_at=now if is_last else None,
    )
    messages = [entry(walk.journey, walk.name, contact, walk.started_at) for contact in facts.members]
    if not is_last:
        following = WalkSegment(body.journey, body.occurrence, body.started_at, walked.pages)
        messages.append(Outgoing(derived("walk", walk.journey, walk.name, str(walked.pages)), following))
    return Decision(
        state=walked,
        outcome="walked",
        detail={"entered": len(facts.members), "page": walk.pages},
        messages=tuple(messages),
    )


def entry(journey: str, occurrence: str, contact: str, at: datetime) -> Outgoing:
    """Return the message that lets a member in: the same one, whoever finds out that they are one."""
    run = member_run_id(journey, occurrence, contact)
    return Outgoing(derived("enter", run), EnterJourney(journey, contact, run, occurrence, {}, at))


async def read_occurrence(store: Store, journey: str, name: str) -> Occurrence | None:
    """Return how far an occurrence has come; None where it has not begun."""
    return await read_head(store, TABLE, joined(journey, name), HEAD, Occurrence)
