"""What every decision about a case rests on besides the case and the message."""

from dataclasses import dataclass, field

from shared.definitions.catalogue import Catalogue
from shared.sla.facts import SlaFacts


@dataclass(frozen=True, slots=True)
class CaseFacts:
    catalogue: Catalogue
    sla: SlaFacts = field(default_factory=SlaFacts)
