"""The kinds of definitions, and how those for cases are read."""

from collections.abc import Mapping
from typing import Literal, Protocol

from shared.definitions import intake_reader, policy_reader, process_reader, queue, routing_reader, sla_reader
from shared.definitions.calendar import Calendar
from shared.definitions.contact_attributes import ContactAttributes
from shared.definitions.intake import Intake
from shared.definitions.journey import Journey
from shared.definitions.node import Node
from shared.definitions.policy import Policy
from shared.definitions.process import Process
from shared.definitions.queue import Queue
from shared.definitions.reader import Reader
from shared.definitions.routing import Routing
from shared.definitions.segment import Segment
from shared.definitions.sla import Sla
from shared.definitions.templates import Template
from shared.definitions.tile_reader import Library
from shared.definitions.trigger import Trigger

type CaseKind = Literal["process", "policy", "sla", "intake", "routing", "queue"]
type Kind = Literal["trigger", "template", "contact_attributes", "segment", "calendar", "journey"] | CaseKind
type CaseDefinition = Process | Policy | Sla | Intake | Routing | Queue
type Definition = Trigger | Template | ContactAttributes | Segment | Calendar | Journey | CaseDefinition


class CaseReader(Protocol):
    def __call__(self, node: Node, reader: Reader, library: Library) -> CaseDefinition: ...


CASE_READERS: Mapping[CaseKind, CaseReader] = {
    "process": process_reader.parse,
    "policy": policy_reader.parse,
    "sla": sla_reader.parse,
    "intake": intake_reader.parse,
    "routing": routing_reader.parse,
    "queue": queue.parse,
}
"""How each kind of definition for cases is read; what it names is in the library."""
KINDS: tuple[Kind, ...] = (
    "trigger",
    "template",
    "contact_attributes",
    "segment",
    "calendar",
    "journey",
    *CASE_READERS,
)
