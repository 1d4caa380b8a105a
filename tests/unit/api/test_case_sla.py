"""What a case is held to, over HTTP: explained so that it adds up, and chosen by hand."""

from datetime import timedelta

from shared.cases.messages import ChangeStatus, SetSla, UpdateCase
from shared.definitions import loader
from tests.unit.api.client import Api, problem
from tests.unit.pages.world import CASE, START

PATH = f"/api/cases/{CASE}/sla"
SLAS = """
calendar: office
time_zone: Europe/Berlin
weekdays: {wednesday: ["09:00-17:00"], thursday: ["09:00-17:00"]}
---
sla: standard
default: true
kpis:
  - kpi: resolve
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: eq, value: on_hold}
    calendar: office
    warn_after: PT2H
    fail_after: PT4H
---
sla: gold
kpis:
  - kpi: resolve
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: eq, value: on_hold}
    calendar: office
    fail_after: PT3H
"""


async def with_case() -> Api:
    """A case of a Wednesday at 13:30 in Berlin."""
    api = Api()
    await api.world.services.definitions.publish(loader.load({"slas.yaml": SLAS}))
    await api.world.services.definitions.fresh()
    await api.world.has_contact()
    await api.world.has_case()
    return api


async def test_what_a_case_is_held_to_is_explained_and_adds_up() -> None:
    api = await with_case()
    await api.world.say(ChangeStatus(CASE, "kim", "on_hold"), 30)
    await api.world.say(ChangeStatus(CASE, "kim", "in_progress"), 60)
    api.world.clock.at += timedelta(minutes=30)
    view = (await api.get(PATH)).json()
    assert (view["sla"], view["chosen"]) == ("standard", "default")
    [resolve] = view["instances"]
    assert resolve["elapsed_seconds"] + resolve["left_seconds"] == resolve["fail_after_seconds"]
    spent = {(each["kind"], each["business_seconds"]) for each in resolve["segments"]}
    assert spent == {("running", 1800.0), ("paused", 3600.0)}
    assert [each["end"] is None for each in resolve["segments"]] == [False, False, True]
    assert resolve["in_words"] == (
        "4 h of business time (office, Europe/Berlin) are promised from 2026-11-04 13:30 on. "
        "1 h of it have run, 1 h did not count. "
        "With the 3 h that are left it fails at 2026-11-05 10:30."
    )


async def test_each_state_has_its_words() -> None:
    api = await with_case()
    await api.world.say(ChangeStatus(CASE, "kim", "on_hold"), 30)
    assert "On hold since 2026-11-04 14:00: it cannot fail meanwhile, 3 h 30 min are left." in await words(api)
    await api.world.say(ChangeStatus(CASE, "kim", "in_progress"), 0)
    await api.world.say(UpdateCase(CASE, "kim", {"priority": "high"}), 60 * 24)
    assert "With that it failed at 2026-11-05 09:30." in await words(api)


async def words(api: Api) -> str:
    [resolve] = (await api.get(PATH)).json()["instances"]
    return str(resolve["in_words"])


async def test_an_agent_chooses_the_sla_by_hand() -> None:
    api = await with_case()
    response = await api.post("sla", {"sla": "gold", "text": "A good customer."}, Prefer="wait=5")
    assert (response.status_code, response.json()["sla"]) == (200, "gold")
    view = (await api.get(PATH)).json()
    assert (view["sla"], view["chosen"], view["instances"][0]["sla"]) == ("gold", "by_hand", "gold")
    [replaced] = view["replaced"]
    assert (replaced["sla"], replaced["state"]) == ("standard", "cancelled")
    assert "another SLA holds for the case" in replaced["in_words"]


async def test_a_case_may_have_no_sla() -> None:
    api = await with_case()
    await api.world.say(SetSla(CASE, "kim", "none"))
    view = (await api.get(PATH)).json()
    assert (view["sla"], view["chosen"]) == (None, "by_hand")


async def test_an_sla_that_is_not_published_is_refused_by_name() -> None:
    api = await with_case()
    refused = problem(await api.post("sla", {"sla": "platinum"}), 409)
    assert refused["errors"] == [{"field": "sla", "reason": "unknown_sla"}]


async def test_the_sla_of_no_case_is_not_found() -> None:
    api = Api()
    problem(await api.get(PATH), 404)


async def test_the_case_was_opened_when_it_says() -> None:
    api = await with_case()
    [resolve] = (await api.get(PATH)).json()["instances"]
    assert resolve["applicable_from"] == START.isoformat().replace("+00:00", "Z")
