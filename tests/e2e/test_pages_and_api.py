"""The doors for people through the real host, on real tables and queues: the ticket page and the API."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

import httpx
import pytest

from local.story.waiting import until
from shared.cases.messages import OpenCase
from shared.contacts.messages import PutContact
from shared.pages.links import Links, link_keys
from shared.runtime import codec
from shared.runtime.azure.bus import AzureBus
from shared.runtime.azure.connection import ConnectionString
from shared.runtime.bus import BusMessage
from shared.runtime.envelope import Body, Envelope
from shared.runtime.ids import made
from tests.cloud.azurite import running_azurite
from tests.cloud.host import running_host
from tests.cloud.servicebus import running_emulator
from tests.unit.pages.reading import read
from tests.unit.pages.world import ENVIRONMENT

NOW = datetime.now(UTC)
FUNCTION_KEY = "a-key-for-mail-gateways"


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running system, and how to get messages into it."""

    url: str
    servicebus: str

    async def say(self, *bodies: Body) -> None:
        bus = AzureBus(ConnectionString(self.servicebus))
        try:
            for body in bodies:
                envelope = Envelope(made(), body.kind, NOW, codec.plain(body))
                await bus.send(body.queue, [BusMessage(envelope.id, envelope.encode())])
        finally:
            await bus.close()

    def ticket(self, case: str) -> str:
        return Links(self.url, link_keys(ENVIRONMENT["CAREBUS_LINK_KEYS"])).ticket(case, NOW)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_azurite() as azurite, running_emulator() as emulator:
        values = {
            **ENVIRONMENT,
            "TablesConnection": azurite.connection_string,
            "ServiceBusConnection": emulator.connection_string,
        }
        with running_host(values=values, keys={"default": FUNCTION_KEY}) as host:
            yield Cloud(host.url, emulator.connection_string)


@pytest.fixture
async def client(cloud: Cloud) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=cloud.url, timeout=60) as client:
        yield client


async def opened(
    cloud: Cloud, client: httpx.AsyncClient, device: str | None = None, error_code: int | None = None
) -> str:
    """Open a case of a German customer over the bus, and return its id once the API shows both."""
    opening = OpenCase(made(), "C-1", "Fehler 11", device=device, error_code=error_code)
    await cloud.say(PutContact("C-1", "Ada", language="de"), opening)
    for resource in ("contacts/C-1", f"cases/{opening.case}"):

        async def shown(address: str = f"/api/{resource}") -> bool:
            return (await client.get(address)).status_code == 200

        await until(f"{resource} is shown", shown)
    return opening.case


async def test_a_ticket_is_resolved_over_the_api_and_its_page_tells_the_customer(
    cloud: Cloud, client: httpx.AsyncClient
) -> None:
    case = await opened(cloud, client, device="D-1", error_code=11)
    resolved = await client.post(
        f"/api/cases/{case}/resolve", json={"text": "Ventil <getauscht>."}, headers={"Prefer": "wait=30"}
    )
    assert resolved.status_code == 200, resolved.text
    assert resolved.json()["occurrences"]["count"] == 1
    page = await client.get(cloud.ticket(case))
    document = read(page.text)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert document.texts["strong"] == ["Gelöst"]
    assert "Ventil <getauscht>." in document.text()


async def test_head_answers_like_get_without_a_body(cloud: Cloud, client: httpx.AsyncClient) -> None:
    link = cloud.ticket(made())
    head, got = await client.head(link), await client.get(link)
    assert head.status_code == got.status_code == 404
    assert head.content == b""
    assert head.headers["content-security-policy"] == got.headers["content-security-policy"]


async def test_the_list_is_read_page_by_page(cloud: Cloud, client: httpx.AsyncClient) -> None:
    cases = {await opened(cloud, client) for _ in range(3)}
    seen: set[str] = set()
    address = "/api/cases?contact=C-1&limit=2"
    while address:
        listing = (await client.get(address)).json()
        seen |= {case["id"] for case in listing["items"]}
        address = listing["next"]
    assert cases <= seen


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/nothing", 404), ("/api/cases/%ff", 400), ("/api/cases/none", 404), ("/api/cases?limit=x", 422)],
)
async def test_what_is_wrong_is_a_problem(client: httpx.AsyncClient, path: str, status: int) -> None:
    response = await client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_an_oversized_command_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post(f"/api/cases/{made()}/cancel", json={"text": "x" * 70_000})
    assert response.status_code == 413


async def test_a_mail_is_taken_with_a_function_key_and_goes_on_by_hand(cloud: Cloud, client: httpx.AsyncClient) -> None:
    """No rules are published, so it waits for a person; what is attached is larger than any message on the bus."""
    case = await opened(cloud, client)
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "Ada <ada@example.org>", "Wärme", f"<{made()}@example.org>"
    mail.set_content("Es heizt nicht.")
    mail.add_attachment(bytes(700_000), maintype="image", subtype="jpeg", filename="Foto.jpg")
    headers = {"Content-Type": "message/rfc822"}
    assert (await client.post("/api/activities", content=mail.as_bytes(), headers=headers)).status_code == 401
    headers["x-functions-key"] = FUNCTION_KEY
    first, again = [await client.post("/api/activities", content=mail.as_bytes(), headers=headers) for _ in range(2)]
    assert (first.status_code, first.json()) == (202, again.json())
    location = first.json()["location"]

    async def held() -> bool:
        shown = await client.get(location)
        return shown.status_code == 200 and shown.json()["reason"] == "no_intake"

    await until("the mail is held", held)
    shown = (await client.get(location)).json()
    assert [(each["name"], each["size"]) for each in shown["attachments"]] == [("Foto.jpg", 700_000)]
    released = await client.post(f"{location}/release", json={"case": case}, headers={"Prefer": "wait=30"})
    assert released.status_code == 200, released.text
    assert released.json()["state"] == "done"
    assert (await client.get(f"/api/cases/{case}")).json()["timeline"][-1]["subject"] == "Wärme"


async def test_the_app_says_that_it_is_well(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).json() == {"status": "ok"}
