"""What a case is held to, as the API shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.cases.case import TABLE, Case
from shared.definitions.published import Definitions
from shared.definitions.sla import NONE
from shared.runtime.ids import quoted
from shared.runtime.store import Store
from shared.sla.explain import Explanation, explained
from shared.sla.facts import SlaFacts
from shared.sla.instance import Instance
from shared.sla.ledger import read_replaced, read_segments

Chosen = Literal["by_hand", "entitlement", "default", "nobody"]


@dataclass(frozen=True, slots=True)
class SlaView:
    """`instances` are those of now, `replaced` those whose place they took. Times are UTC."""

    case: str
    sla: str | None
    """The one that holds for the case; null: none does"""
    chosen: Chosen
    at: datetime
    instances: tuple[Explanation, ...]
    replaced: tuple[Explanation, ...]


async def sla_of(store: Store, definitions: Definitions, case: Case, now: datetime) -> SlaView:
    """Explain the SLA of a case, with every instance there ever was."""
    catalogue = await definitions.current()
    facts = SlaFacts(catalogue.slas, catalogue.versions.get("slas", {}))
    segments = await read_segments(store, TABLE, quoted(case.id))

    async def explain(instance: Instance) -> Explanation:
        sla = await definitions.sla(instance.sla, instance.version)
        return explained(instance, sla.items[instance.item], segments.get(instance.id, ()), now)

    sla = facts.chosen(case.sla, case.entitlement_sla)
    held = [await explain(instance) for _, instance in sorted(case.instances.items())]
    replaced = [await explain(instance) for instance in await read_replaced(store, TABLE, quoted(case.id))]
    return SlaView(case.id, sla.name if sla else None, _chosen(case, facts), now, tuple(held), tuple(replaced))


def _chosen(case: Case, facts: SlaFacts) -> Chosen:
    if case.sla == NONE or case.sla in facts.current:
        return "by_hand"
    if case.entitlement_sla in facts.current:
        return "entitlement"
    return "default" if facts.chosen("", "") else "nobody"
