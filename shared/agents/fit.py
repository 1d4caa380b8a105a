"""Who is best suited for a case: skills and proficiency first, then free capacity, then who waited longest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.agents.messages import Need

NEVER = datetime(1, 1, 1, tzinfo=UTC)
MOST_CANDIDATES = 20
"""As many are asked in turn; where all of them are full by then, the case is found by the first who is not."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent as a queue's list shows them."""

    agent: str
    queues: tuple[str, ...]
    skills: Mapping[str, int]
    free: int
    """Slots."""
    presence: str
    last_assigned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Who could take a case, best first, and why the others could not."""

    best: tuple[str, ...]
    passed_over: Mapping[str, int]
    """Reason to how many it held of."""
    looked_at: int


def misfit(candidate: Candidate, need: Need) -> str:
    """Return why a case is not for this agent now, empty where it is; what lasts longest is told first."""
    if need.queue and need.queue not in candidate.queues:
        return "not_a_member"
    if candidate.agent == need.not_to:
        return "gave_it_back"
    if need.skills.keys() - candidate.skills.keys():
        return "no_skill"
    if any(candidate.skills[skill] < least for skill, least in need.skills.items()):
        return "low_proficiency"
    if candidate.presence != "available":
        return candidate.presence
    return "" if candidate.free > 0 else "full"


def choose(candidates: Iterable[Candidate], need: Need) -> Finding:
    """Rank those who fit, and count why the others do not."""
    judged = [(candidate, misfit(candidate, need)) for candidate in candidates]
    fitting = sorted((one for one, reason in judged if not reason), key=lambda one: _rank(one, need))
    reasons = Counter(reason for _, reason in judged if reason)
    return Finding(tuple(one.agent for one in fitting[:MOST_CANDIDATES]), dict(sorted(reasons.items())), len(judged))


def _rank(candidate: Candidate, need: Need) -> tuple[int, int, datetime, str]:
    """The lowest is the best: more proficiency in what is asked for, more free slots, assigned to least recently."""
    proficiency = sum(candidate.skills[skill] for skill in need.skills)
    return -proficiency, -candidate.free, candidate.last_assigned_at or NEVER, candidate.agent
