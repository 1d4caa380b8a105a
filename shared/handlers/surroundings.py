"""What decisions are given besides rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.cases import merge
from shared.definitions.published import Definitions
from shared.deliveries.reply import Replies
from shared.devices.recoveries import Recoveries
from shared.facts.intake import IntakeFactsGatherer
from shared.facts.routing import RoutingFacts
from shared.facts.runs import RunFactsGatherer
from shared.journeys.control import Control
from shared.journeys.tick import Ticking
from shared.sla.tick import SlaTicking

TicketLink = Callable[[str, datetime], str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decisions are given besides rows: definitions, who sends, and how a ticket is linked to."""

    definitions: Definitions
    senders: Mapping[str, str]
    """Channel to the address that messages come from."""
    ticket_link: TicketLink
    run_facts: RunFactsGatherer
    control: Control
    ticking: Ticking
    replies: Replies
    line_mover: merge.LineMover
    recoveries: Recoveries
    routing_facts: RoutingFacts
    intake_facts: IntakeFactsGatherer
    reply_mark: Callable[[str, str, bool], tuple[str, str]]
    sla_ticking: SlaTicking
