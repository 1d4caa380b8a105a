"""The SLA of an entitlement holds for its cases, as long as they are under it."""

from datetime import date

from shared.cases.messages import CoverCase
from shared.entitlements.messages import ActivateEntitlement, PutEntitlement, Terms
from tests.unit.pages.world import CASE, CONTACT
from tests.unit.sla.house import House

SLAS = "\n---\n".join(
    f"""
sla: {name}
{default}
kpis: [{{kpi: resolve, succeeds_when: {{attribute: case.status, op: eq, value: resolved}}, fail_after: {limit}}}]
"""
    for name, default, limit in (("gold", "", "PT1H"), ("usual", "default: true", "PT8H"))
)
TERMS = Terms(CONTACT, "Gold", date(2026, 1, 1), date(2026, 12, 31), 10, default=True, sla="gold")


async def house() -> House:
    built = House()
    await built.has_contact()
    await built.publish(SLAS)
    return built


async def held_to(built: House) -> str:
    return (await built.case()).instances["resolve"].sla


async def test_a_case_is_held_to_the_sla_of_its_entitlement() -> None:
    built = await house()
    await built.say(PutEntitlement("E-1", "kim", TERMS))
    await built.say(ActivateEntitlement("E-1", "kim"))
    await built.open()
    assert await held_to(built) == "gold"
    await built.say(CoverCase(CASE, "kim", None))
    assert await held_to(built) == "usual"


async def test_without_an_entitlement_it_is_held_to_the_default_one() -> None:
    built = await house()
    await built.open()
    assert await held_to(built) == "usual"
