"""What was sent to a customer and why not, who they are, and what had no effect at all."""

from datetime import timedelta
from typing import Any

import pytest

from shared.api.deliveries import masked
from shared.channels.provider import Outgoing
from shared.contacts.messages import SetConsent
from shared.deliveries.delivery import Delivery
from shared.deliveries.messages import SendSms
from shared.runtime import codec
from shared.runtime.errors import Undecodable
from shared.runtime.ids import joined
from shared.runtime.rejected import reject
from shared.runtime.step import Head
from shared.runtime.store import Upsert
from tests.unit.api.client import Api, principal, problem
from tests.unit.pages.world import CASE, CONTACT, START

PHONE = "+4930123456"


def sms(delivery: str, **fields: Any) -> Delivery:
    request = SendSms(delivery, CONTACT, "ticket-opened", {"name": "SECRET"}, CASE, "errors", 1, "R1", "tell")
    return Delivery(delivery, CONTACT, "sms", fields.pop("state", "blocked"), request, START, **fields)


async def stored(api: Api, delivery: Delivery) -> None:
    row = Upsert(f"delivery:{delivery.id}", codec.plain(Head(delivery, START, 1)))
    await api.world.store.write("contacts", CONTACT, row)


async def test_a_delivery_says_what_became_of_it_and_hides_the_address() -> None:
    api = Api()
    outgoing = Outgoing(
        channel="sms", to=PHONE, sender="+49", text="SECRET", request_id="00000000", first_sent=START, tag="tag"
    )
    times = {"sent": START, "clicked": START + timedelta(minutes=1)}
    await stored(api, sms("D1", state="delivered", outgoing=outgoing, times=times, engagements={"clicked": 2}))
    response = await api.get(f"/api/deliveries?contact={CONTACT}")
    (line,) = response.json()["items"]
    assert (line["state"], line["to"], line["engagements"]) == ("delivered", "+49...56", {"clicked": 2})
    assert line["times"]["sent"] == "2026-11-04T12:30:00Z"
    assert (line["template"], line["case"], line["journey"], line["tile"]) == ("ticket-opened", CASE, "errors", "tell")
    assert PHONE not in response.text
    assert "SECRET" not in response.text


async def test_a_message_that_was_not_sent_says_why_in_words() -> None:
    api = Api()
    await api.world.has_contact()
    await stored(api, sms("D1", reason="opted_out", consent="opted_out"))
    (line,) = (await api.get(f"/api/deliveries?contact={CONTACT}")).json()["items"]
    assert (line["reason"], line["consent"], line["to"]) == ("opted_out", "opted_out", "")
    assert line["reason_text"] == "The customer has opted out of messages of this purpose."


async def test_deliveries_are_listed_page_by_page() -> None:
    api = Api()
    for name in ("D1", "D2", "D3"):
        await stored(api, sms(name))
    first = (await api.get(f"/api/deliveries?contact={CONTACT}&limit=2")).json()
    second = (await api.get(first["next"])).json()
    assert [line["id"] for line in (*first["items"], *second["items"])] == ["D1", "D2", "D3"]
    assert second["next"] is None


async def test_deliveries_need_a_contact() -> None:
    assert problem(await Api().get("/api/deliveries"), 422)["errors"][0]["field"] == "contact"


@pytest.mark.parametrize(
    ("address", "shown"),
    [(PHONE, "+49...56"), ("ada@example.org", "a...@example.org"), ("@x", "...@x"), ("", "...")],
)
def test_a_masked_address_can_be_recognised_and_not_used(address: str, shown: str) -> None:
    assert masked(address) == shown


async def test_a_contact_is_shown_with_the_consents_of_its_present_addresses() -> None:
    api = Api()
    await api.world.has_contact(language="de")
    await api.world.say(SetConsent(CONTACT, "sms", "commercial", "opted_in", "agent"))
    contact = (await api.get(f"/api/contacts/{CONTACT}")).json()
    assert (contact["name"], contact["language"], contact["points"]["sms"]) == ("Ada Example", "de", PHONE)
    assert contact["consents"] == [
        {
            "channel": "sms",
            "purpose": "commercial",
            "status": "opted_in",
            "source": "agent",
            "at": "2026-11-04T12:30:00Z",
        }
    ]


@pytest.mark.parametrize("contact", ["nobody", "C%2F1", "~"])
async def test_an_unknown_contact_is_a_404(contact: str) -> None:
    problem(await Api().get(f"/api/contacts/{contact}"), 404)


async def test_rejected_messages_are_listed_by_day_without_their_content() -> None:
    api = Api(headers=principal("operator"))
    raw = b'{"kind": "open_case", "id": "E-1", "body": "SECRET"}'
    await reject(api.world.store, api.world.clock, "case-commands", raw, Undecodable("invalid_body", "body.case"))
    response = await api.get("/api/rejected")
    (line,) = response.json()["items"]
    assert (line["queue"], line["reason"], line["field"]) == ("case-commands", "invalid_body", "body.case")
    assert (line["kind"], line["id"]) == ("open_case", "E-1")
    assert "SECRET" not in response.text
    assert (await api.get("/api/rejected?day=2026-11-04")).json() == response.json()
    assert (await api.get("/api/rejected?day=2026-11-03")).json()["items"] == []


async def test_unmatched_events_are_listed_without_their_content() -> None:
    api = Api(headers=principal("operator"))
    line = {
        "reason": "unknown_device",
        "trigger": "iot-device-malfunction",
        "source": "/plants/berlin",
        "at": START.isoformat(),
        "envelope": {"body": "SECRET"},
    }
    await api.world.store.write("unmatched", "2026-11-04", Upsert("E-1", line))
    response = await api.get("/api/unmatched")
    (shown,) = response.json()["items"]
    assert (shown["id"], shown["reason"], shown["source"]) == ("E-1", "unknown_device", "/plants/berlin")
    assert "SECRET" not in response.text


async def test_a_journey_lists_who_did_not_enter_and_why() -> None:
    api = Api()
    line = {"run": "R1", "contact": CONTACT, "event": "E1", "reason": "condition_not_met", "at": START.isoformat()}
    await api.world.store.write("views", joined("not-entered", "errors"), Upsert("1", line))
    (shown,) = (await api.get("/api/journeys/errors/not-entered")).json()["items"]
    assert (shown["contact"], shown["reason"]) == (CONTACT, "condition_not_met")
    assert (await api.get("/api/journeys/other/not-entered")).json() == {"items": [], "next": None}
