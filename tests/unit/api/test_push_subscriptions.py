"""A browser's push subscription through the API: checked, kept, removed, and never shown again."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from shared.api.deliveries import addressed
from shared.runtime.envelope import decode
from tests.unit.api.client import SIGNED_IN, Api, principal, problem
from tests.unit.pages.world import CONTACT, World

PATH = f"/api/contacts/{CONTACT}/push-subscription"
P256DH = urlsafe_b64encode(b"\x04" + b"p" * 64).decode().rstrip("=")
AUTH = urlsafe_b64encode(b"a" * 16).decode().rstrip("=")
ENDPOINT = "https://push.example.com/send/a-capability"
LOCAL = "http://127.0.0.1:8025/push/1"


def subscription(endpoint: str = ENDPOINT, p256dh: str = P256DH, auth: str = AUTH) -> dict[str, Any]:
    return {"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": p256dh, "auth": auth}}


async def known(**environment: str) -> Api:
    api = Api(World(environment=SIGNED_IN | environment))
    await api.world.has_contact()
    return api


async def put(api: Api, body: Any = None, path: str = PATH) -> Any:
    return await api.client.put(path, json=subscription() if body is None else body, headers=api.headers)


async def worked(api: Api) -> None:
    while delivery := api.world.bus.receive("contact-commands"):
        await api.world.services.pipeline.handle("contact-commands", delivery.message.body)
        api.world.bus.complete(delivery)


async def points(api: Api) -> dict[str, str]:
    found: dict[str, str] = (await api.get(f"/api/contacts/{CONTACT}")).json()["points"]
    return found


async def test_a_subscription_is_accepted_kept_and_shown_by_its_service_only() -> None:
    api = await known()
    response = await put(api)
    assert response.status_code == 202
    assert response.json()["location"] == response.headers["location"] == f"/api/contacts/{CONTACT}"
    await worked(api)
    assert (await points(api))["push"] == "push.example.com"
    shown = (await api.get(f"/api/contacts/{CONTACT}")).text + response.text
    assert not [secret for secret in (P256DH, AUTH, "a-capability") if secret in shown]


async def test_it_is_removed_again() -> None:
    api = await known()
    await put(api)
    await worked(api)
    api.world.clock.at = api.world.clock.at.replace(minute=31)
    response = await api.client.delete(PATH, headers=api.headers)
    assert response.status_code == 202
    await worked(api)
    assert "push" not in await points(api)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (subscription("http://push.example.com/1"), "endpoint"),
        (subscription("https://10.0.0.7/1"), "endpoint"),
        (subscription("https://169.254.169.254/metadata"), "endpoint"),
        (subscription("https://localhost/1"), "endpoint"),
        (subscription("https://kim:secret@push.example.com/1"), "endpoint"),
        (subscription(LOCAL), "endpoint"),
        (subscription("https://push.example.com/" + "x" * 2048), "endpoint"),
        (subscription(p256dh=AUTH), "keys.p256dh"),
        (subscription(auth="not base64!"), "keys.auth"),
        ({"endpoint": ENDPOINT}, "keys"),
        ({**subscription(), "secret": "4711"}, "secret"),
    ],
)
async def test_what_we_would_not_call_is_refused_with_its_field_and_no_value(body: dict[str, Any], field: str) -> None:
    api = await known()
    response = await put(api, body)
    told = problem(response, 422)
    assert [error["field"] for error in told["errors"]] == [field]
    assert "4711" not in response.text
    assert str(body["endpoint"]) not in response.text
    assert api.world.bus.ready("contact-commands") == []


async def test_this_machines_push_service_is_for_developers() -> None:
    api = await known(AZURE_FUNCTIONS_ENVIRONMENT="Development")
    assert (await put(api, subscription(LOCAL))).status_code == 202


async def test_nobody_is_subscribed_who_is_not_known() -> None:
    problem(await put(await known(), path="/api/contacts/C-9/push-subscription"), 404)


async def test_only_an_agent_subscribes_somebody() -> None:
    api = await known()
    api.headers = principal("operator")
    problem(await put(api), 403)


async def test_another_sites_form_subscribes_nobody() -> None:
    api = await known()
    cookies = {**api.headers, "Cookie": "session=1", "Origin": "https://evil.example"}
    problem(await api.client.put(PATH, json=subscription(), headers=cookies), 403)
    form = {**api.headers, "Content-Type": "text/plain"}
    problem(await api.client.put(PATH, content=b"{}", headers=form), 415)


async def test_the_command_names_the_contact_and_has_an_id_of_its_own() -> None:
    api = await known()
    ids = {(await put(api)).json()["command"] for _ in range(2)}
    [first, second] = api.world.bus.ready("contact-commands")
    assert {decode(each.message.body).id for each in (first, second)} == ids
    assert len(ids) == 2


def test_a_delivery_shows_whose_push_service_took_it() -> None:
    point = f'{{"auth":"{AUTH}","endpoint":"{ENDPOINT}","p256dh":"{P256DH}"}}'
    assert addressed("push", point) == "push.example.com"
    assert addressed("push", "{}") == ""
    assert addressed("sms", "+4930123456") == "+49...56"
