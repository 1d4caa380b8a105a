"""What is said to agents."""

from typing import Any

from shared.agents import agent as agents
from shared.agents import messages as agent_messages
from shared.agents import seek, slots
from shared.cases import messages as case_messages
from shared.handlers.surroundings import Surroundings
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key, no_facts, not_found
from shared.runtime.ids import quoted


def handlers(around: Surroundings) -> tuple[AnyHandler, ...]:
    read = around.routing_facts

    def key(message: Message[Any]) -> Key:
        return Key(agents.TABLE, quoted(message.body.agent), agents.HEAD, f"change:{message.id}")

    def changing(body: type[Any], change: Any, create: Any = not_found, gather: Any = no_facts) -> AnyHandler:
        return Handler(body, agents.Agent, key, change, create, gather)

    return (
        changing(agent_messages.PutAgent, agents.put_agent, agents.create_agent),
        changing(agent_messages.SetPresence, agents.set_presence),
        changing(agent_messages.TakeSlot, slots.take_slot, slots.no_such_agent),
        changing(agent_messages.FreeSlot, slots.free_slot),
        changing(agent_messages.SeekCases, seek.seek_cases, gather=read.of_seeking),
        changing(case_messages.PickCase, slots.pick_case, gather=read.of_hand),
        changing(case_messages.AssignCase, slots.assign_case, gather=read.of_hand),
    )
