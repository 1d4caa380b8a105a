"""Who gets in, who does not, and what they are told."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.api.principal import DEVELOPER, HEADER, principal_of
from shared.runtime.problem import Problem
from tests.unit.api.client import SIGNED_IN, Api, principal, problem
from tests.unit.pages.world import CASE, ENVIRONMENT, World

READS = {
    "/api/cases": "agent",
    f"/api/cases/{CASE}": "agent",
    "/api/cases/stats": "supervisor or operator",
    "/api/deliveries?contact=C-1": "agent",
    "/api/contacts/C-1001": "agent",
    "/api/journeys": "agent or operator",
    "/api/journeys/x/not-entered": "agent or operator",
    "/api/triggers": "agent or operator",
    "/api/tasks?queue=x": "agent",
    "/api/unmatched": "operator",
    "/api/rejected": "operator",
}


async def prepared(headers: dict[str, str], environment: dict[str, str] | None = None) -> Api:
    api = Api(World(environment=environment or SIGNED_IN), headers)
    await api.world.has_contact()
    await api.world.has_case()
    return api


@pytest.mark.parametrize("path", READS)
async def test_without_an_identity_nothing_is_told(path: str) -> None:
    api = await prepared({})
    assert problem(await api.get(path), 401)["title"] == "Nobody is signed in"


@pytest.mark.parametrize("path", READS)
async def test_a_missing_role_is_named(path: str) -> None:
    api = await prepared(principal())
    assert problem(await api.get(path), 403)["detail"] == f"This needs the role {READS[path]}."


@pytest.mark.parametrize("role", ["agent", "supervisor", "operator"])
@pytest.mark.parametrize("path", READS)
async def test_each_role_reads_what_it_needs(path: str, role: str) -> None:
    may = role in READS[path] or (role == "supervisor" and "agent" in READS[path])
    assert (await (await prepared(principal(role))).get(path)).status_code == (200 if may else 403)


async def test_an_operator_cannot_change_a_case() -> None:
    api = await prepared(principal("operator"))
    problem(await api.post("resolve"), 403)
    assert api.sent() == 0


@pytest.mark.parametrize(
    ("environment", "status"),
    [
        ({}, 401),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": "Production"}, 401),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": "Development"}, 200),
        ({"WEBSITE_AUTH_ENABLED": "False"}, 401),
        ({"WEBSITE_AUTH_ENABLED": "true", "AZURE_FUNCTIONS_ENVIRONMENT": "Development"}, 401),
    ],
)
async def test_the_developer_is_known_only_in_development(environment: dict[str, str], status: int) -> None:
    api = await prepared({}, ENVIRONMENT | environment)
    assert (await api.get("/api/cases")).status_code == status


async def test_an_identity_is_not_believed_where_nobody_checks_it() -> None:
    api = await prepared(principal("agent"), ENVIRONMENT | {"AZURE_FUNCTIONS_ENVIRONMENT": "Production"})
    problem(await api.get("/api/cases"), 401)


def test_in_development_the_developer_has_all_roles() -> None:
    assert principal_of({}, {"AZURE_FUNCTIONS_ENVIRONMENT": "Development"}) == DEVELOPER


def test_a_role_claim_may_have_the_name_that_the_token_says() -> None:
    token = b'{"role_typ": "duty", "claims": [{"typ": "oid", "val": "1"}, {"typ": "duty", "val": "agent"}]}'
    known = principal_of({HEADER: b64encode(token).decode()}, SIGNED_IN)
    assert known.roles == {"agent"}


def test_roles_that_we_do_not_know_count_for_nothing() -> None:
    headers = {name.lower(): value for name, value in principal("admin", "agent ", "Agent").items()}
    assert principal_of(headers, SIGNED_IN).roles == frozenset()


@given(st.one_of(st.text(), st.binary().map(lambda raw: b64encode(raw).decode()), st.just("e30="), st.just("W10=")))
def test_an_identity_that_cannot_be_read_is_nobody(header: str) -> None:
    with pytest.raises(Problem) as refusal:
        principal_of({HEADER: header}, SIGNED_IN)
    assert refusal.value.kind.status == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://care.example.org.evil.example", ""])
async def test_a_signed_in_browser_cannot_be_made_to_act_by_another_site(origin: str) -> None:
    api = await prepared(principal("agent"))
    body = problem(await api.post("resolve", Cookie="AppServiceAuthSession=x", Origin=origin), 403)
    assert body["type"] == "urn:carebus:problem:foreign-origin"
    assert api.sent() == 0


async def test_our_own_pages_may_use_the_browsers_cookie() -> None:
    api = await prepared(principal("agent"))
    response = await api.post("resolve", Cookie="AppServiceAuthSession=x", Origin="https://care.example.org")
    assert response.status_code == 202


async def test_what_a_form_could_send_is_not_a_command() -> None:
    api = await prepared(principal("agent"))
    response = await api.client.post(f"/api/cases/{CASE}/cancel", content=b"{}", headers=api.headers)
    problem(response, 415)
    assert api.sent() == 0
