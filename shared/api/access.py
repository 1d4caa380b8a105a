"""Who may do what, and from where."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from shared.api.principal import Principal, principal_of
from shared.api.problems import FORBIDDEN, FOREIGN_ORIGIN
from shared.api.services import Provided
from shared.runtime.problem import Problem

ACTS_AS: Mapping[str, frozenset[str]] = {
    "agent": frozenset({"agent"}),
    "supervisor": frozenset({"supervisor", "agent"}),
    "operator": frozenset({"operator"}),
}
"""A role to the roles that whoever holds it may act in."""


def requires(*roles: str) -> Callable[[Request, Provided], Awaitable[Principal]]:
    """Let in whoever may act in one of the roles."""

    async def admitted(request: Request, services: Provided) -> Principal:
        principal = principal_of(request.headers, services.settings.values)
        if not any(ACTS_AS[held] & set(roles) for held in principal.roles):
            raise Problem(FORBIDDEN, f"This needs the role {' or '.join(roles)}.")
        return principal

    return admitted


async def same_origin(request: Request, services: Provided) -> None:
    """Refuse what another site makes a signed-in browser send: only browsers send cookies along by themselves."""
    ours = urlsplit(services.settings.public_url)
    if "cookie" in request.headers and request.headers.get("origin") != f"{ours.scheme}://{ours.netloc}":
        raise Problem(FOREIGN_ORIGIN, "A request with cookies needs an Origin that is ours.")


def is_supervisor(principal: Principal) -> bool:
    """True for whoever may decide about the work of others."""
    return any("supervisor" in ACTS_AS[held] for held in principal.roles)


Agent = Annotated[Principal, Depends(requires("agent"))]
OnlySupervisor = Annotated[Principal, Depends(requires("supervisor"))]
Operator = Annotated[Principal, Depends(requires("operator"))]
AgentOrOperator = Annotated[Principal, Depends(requires("agent", "operator"))]
SupervisorOrOperator = Annotated[Principal, Depends(requires("supervisor", "operator"))]
