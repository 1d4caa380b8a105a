"""An agent: what they can do, whether they are there, and the cases they have slots for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.agents.checks import faults_of
from shared.agents.fit import Candidate
from shared.agents.messages import PutAgent, SeekCases, SetPresence
from shared.agents.presence import AVAILABLE, NEXT, OFFLINE, is_allowed
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Outgoing, Refusal, View
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, joined, quoted

TABLE = "agents"
HEAD = "head"
AGENTS = "agents"
"""The list of all agents, without their slots: those change with every case."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Row `head` in the agent's partition. It only moves by its ETag: so no two cases get its last slot."""

    id: str
    name: str
    capacity: int
    skills: Mapping[str, int]
    queues: tuple[str, ...]
    presence: str = OFFLINE
    slots: Mapping[str, str] = field(default_factory=dict)
    """Slot to the case it is for. A slot is named by the message that took it: it is taken once, and freed for good."""
    last_assigned_at: datetime | None = None
    version: int = 1

    @property
    def free(self) -> int:
        """How many more cases they can take: none where their capacity was lowered below what they have."""
        return max(0, self.capacity - len(self.slots))

    def candidate(self) -> Candidate:
        return Candidate(self.id, self.queues, self.skills, self.free, self.presence, self.last_assigned_at)


def create_agent(message: Message[PutAgent], _facts: object, _now: datetime) -> Decision[Agent]:
    if refusal := _refusal(message.body):
        return Decision(refused=refusal)
    body = message.body
    agent = Agent(body.agent, body.name, body.capacity, dict(body.skills), body.queues)
    return _put(None, agent, "created", message)


def put_agent(agent: Agent, message: Message[PutAgent], _facts: object, _now: datetime) -> Decision[Agent]:
    """What they have stays with them, though they leave its queue or their capacity is lowered."""
    if refusal := _meant_for_another(agent, message) or _refusal(message.body):
        return Decision(refused=refusal)
    body = message.body
    changed = replace(agent, name=body.name, capacity=body.capacity, skills=dict(body.skills), queues=body.queues)
    return _put(agent, replace(changed, version=agent.version + 1), "changed", message)


def set_presence(agent: Agent, message: Message[SetPresence], _facts: object, _now: datetime) -> Decision[Agent]:
    wanted = message.body.presence
    if refusal := _meant_for_another(agent, message):
        return Decision(refused=refusal)
    if wanted not in NEXT:
        return Decision(refused=Refusal("unknown_presence", "presence"))
    if wanted == agent.presence:
        return Decision(outcome="unchanged")
    if not is_allowed(agent.presence, wanted):
        return Decision(refused=Refusal("transition_not_allowed", "presence"))
    return _put(agent, replace(agent, presence=wanted, version=agent.version + 1), wanted, message)


def lines(agent: Agent, before: Agent | None = None) -> tuple[View, ...]:
    """Return the agent's line in each of their queues; a queue they have left is told so."""
    line, key = plain(agent.candidate()), quoted(agent.id)
    left = [queue for queue in before.queues if queue not in agent.queues] if before else []
    return (
        *(View(list_of_queue(queue), key, agent.version, line) for queue in agent.queues),
        *(View(list_of_queue(queue), key, agent.version, None) for queue in left),
    )


def listed(agent: Agent) -> View:
    """Return the agent's line in the list of all."""
    shown = {name: value for name, value in plain(agent).items() if name not in ("slots", "last_assigned_at")}
    return View(AGENTS, quoted(agent.id), agent.version, shown)


def seeking(agent: Agent, cause: str) -> Outgoing | None:
    """Return the message that looks for cases, once the lines are written; None where they could take none."""
    if agent.presence != AVAILABLE or not agent.free:
        return None
    return Outgoing(derived("seek", cause), SeekCases(agent.id))


def list_of_queue(queue: str) -> str:
    """Name the list of a queue's members."""
    return joined("agents-in", queue)


def _put(
    before: Agent | None, agent: Agent, outcome: str, message: Message[PutAgent] | Message[SetPresence]
) -> Decision[Agent]:
    return Decision(
        state=agent,
        outcome=outcome,
        records=(*lines(agent, before), listed(agent)),
        then=seeking(agent, message.id),
    )


def _meant_for_another(agent: Agent, message: Message[PutAgent] | Message[SetPresence]) -> Refusal | None:
    is_meant = message.body.if_version in (None, agent.version)
    return None if is_meant else Refusal("version_changed", "if_version")


def _refusal(body: PutAgent) -> Refusal | None:
    return next((Refusal("invalid_value", field) for field, _ in faults_of(body)), None)
