"""Events of other systems that say something to us: through the door that events have, judged as messages are."""

import json
from typing import Any

import pytest

from shared.cases.case import HEAD, TABLE, Case
from shared.entitlements.messages import ActivateEntitlement, PutEntitlement, Terms
from shared.intake.correspondent import TABLE as CORRESPONDENTS
from shared.intake.correspondent import Incoming
from shared.intake.messages import correspondent_of
from shared.runtime import codec
from shared.runtime.aggregate import read_head
from shared.runtime.problem import Problem
from shared.runtime.step import Head
from tests.unit.definitions.world import faults, load
from tests.unit.intake.desk import IntakeDesk, rules
from tests.unit.pages.world import CONTACT

FORMS = """
trigger: form-sent
kind: custom
command: take_activity
attributes:
  {customer: {type: reference, optional: true}, subject: text, text: text, code: {type: number, optional: true}}
audience: {attribute: customer}
---
intake: webhook
attributes: {subject: text, text: text, code: number}
rules:
  - {rule: spam, when: {attribute: event.text, op: contains, value: casino}, ignore: spam}
  - rule: errors
    when: {attribute: event.code, op: gt, value: 10}
    create: {priority: {value: critical}, error_code: event.code, title: event.subject}
  - {rule: forms, create: {}}
"""


async def sent(desk: IntakeDesk, id_: str = "1", **data: Any) -> Incoming:
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": "/site",
        "type": "form-sent",
        "data": {"subject": "Hello", "text": "Cold.", **data},
    }
    headers = {"content-type": "application/cloudevents+json"}
    await desk.world.services.ingest.from_http(headers, json.dumps(event).encode())
    await desk.world.work()
    partition = correspondent_of("webhook", data.get("customer") or "/site")
    page = await desk.world.store.page(CORRESPONDENTS, partition, prefix="activity:")
    return codec.typed(Head[Incoming], page.rows[-1].data).state


@pytest.fixture
async def desk() -> IntakeDesk:
    desk = IntakeDesk()
    await desk.publish(FORMS)
    await desk.world.has_contact()
    return desk


async def case_of(desk: IntakeDesk, incoming: Incoming) -> Case:
    found = await read_head(desk.world.store, TABLE, incoming.case, HEAD, Case)
    assert found is not None
    return found


async def test_an_event_opens_a_case_of_the_customer_that_it_names(desk: IntakeDesk) -> None:
    incoming = await sent(desk, customer=CONTACT)
    case = await case_of(desk, incoming)
    assert (incoming.state, incoming.rule) == ("done", "forms")
    assert (case.contact, case.title, case.description, case.origin) == (CONTACT, "Hello", "Cold.", "web")
    assert (await desk.timeline(incoming))[-1].kind == "conversation"


async def test_what_the_event_brings_is_compared_and_passed_on(desk: IntakeDesk) -> None:
    case = await case_of(desk, await sent(desk, customer=CONTACT, code=11))
    assert (case.priority, case.error_code) == ("critical", 11)
    ignored = await sent(desk, "2", customer="C-9", text="casino!")
    assert (ignored.state, ignored.reason) == ("ignored", "spam")


async def test_an_event_that_comes_again_has_one_effect(desk: IntakeDesk) -> None:
    for _ in range(3):
        await sent(desk, customer=CONTACT)
        desk.world.clock.at = desk.world.clock.at.replace(hour=desk.world.clock.at.hour + 1)
    assert len(await desk.cases_of()) == 1


@pytest.mark.parametrize("customer", [None, "C-unknown"])
async def test_of_whom_nobody_is_known_it_is_held(desk: IntakeDesk, customer: str | None) -> None:
    incoming = await sent(desk, **({"customer": customer} if customer else {}))
    assert (incoming.state, incoming.reason) == ("held", "unknown_sender")


async def test_the_door_checks_an_event_as_any_other(desk: IntakeDesk) -> None:
    with pytest.raises(Problem) as caught:
        await sent(desk, customer=7)
    assert caught.value.errors[0].field == "data.customer"


RAISING = """
---
journey: a
starts_on: alarm
tiles: [{id: b, activate_trigger: form-sent, with: {subject: {value: x}, text: {value: x}}}]
"""


def test_a_journey_does_not_raise_what_other_systems_send() -> None:
    told = "`form-sent` is what other systems send: no journey raises it"
    assert any(told in fault for fault in faults(FORMS + RAISING))


def test_an_attribute_is_of_the_type_that_the_trigger_gives_it() -> None:
    text = FORMS.replace(
        "attributes: {subject: text, text: text, code: number}", "attributes: {subject: text, text: text, code: text}"
    )
    assert any("`code` of the trigger `form-sent` is of type number" in fault for fault in faults(text))
    assert load(FORMS)


ENTITLED = """
intake: email
rules: [{rule: paying, create: {}, require_entitlement: true}]
"""


async def test_where_a_rule_wants_an_entitlement_a_mail_without_one_is_held() -> None:
    desk = IntakeDesk()
    await desk.publish(ENTITLED)
    await desk.world.has_contact()
    assert (await desk.mail()).reason == "no_entitlement"
    day = desk.world.clock.at.date()
    terms = Terms(CONTACT, "Gold", day, day.replace(year=day.year + 1), 10)
    await desk.world.say(PutEntitlement("E-1", "kim", terms))
    await desk.world.say(ActivateEntitlement("E-1", "kim"))
    await desk.world.work()
    incoming = await desk.mail(message_id="<2@x>")
    assert (incoming.state, incoming.reason) == ("done", "")
    assert (await case_of(desk, incoming)).entitlement == "E-1"


async def test_without_rules_for_webhooks_an_event_is_held_too() -> None:
    desk = IntakeDesk()
    await desk.publish(FORMS.partition("---")[0], rules())
    assert (await sent(desk, customer=CONTACT)).reason == "no_intake"


STARTING = """
---
journey: form
starts_on: form-sent
re_entry: immediately
tiles: [{id: w, wait: {for: P1D}}]
"""


@pytest.mark.parametrize("letter", ["x", "ü"])
@pytest.mark.parametrize("field", ["text", "subject", "comment"])
async def test_a_large_event_opens_a_case_and_starts_its_journey(letter: str, field: str) -> None:
    """What is too much for the one must not cost the other."""
    desk = IntakeDesk()
    await desk.publish(
        FORMS.replace("text: text, code: {", "text: text, comment: {type: text, optional: true}, code: {") + STARTING
    )
    await desk.world.has_contact()
    incoming = await sent(desk, customer=CONTACT, **{field: letter * (180_000 // len(json.dumps(letter)[1:-1]))})
    assert incoming.state == "done"
    assert len(desk.store.partitions("runs")) == len(await desk.cases_of()) == 1
    assert desk.store.partitions("rejected") == []
