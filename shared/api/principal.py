"""Who is calling: told by App Service authentication (Entra ID), or the developer at their own machine."""

import binascii
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from shared.api.problems import UNAUTHENTICATED
from shared.runtime.problem import Problem

HEADER = "x-ms-client-principal"
"""Base64 JSON of claims; the platform removes it from what callers send, but only where authentication is on.
https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities"""
ROLES = ("agent", "supervisor", "operator")
ROLE_CLAIMS = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
ID_CLAIMS = ("http://schemas.microsoft.com/identity/claims/objectidentifier", "oid", "sub")


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or program: an id that tells no name, and roles."""

    id: str
    roles: frozenset[str]


DEVELOPER = Principal("developer", frozenset(ROLES))


def principal_of(headers: Mapping[str, str], settings: Mapping[str, str]) -> Principal:
    """Return who calls; raises Problem (401) where nobody vouches for them."""
    if settings.get("WEBSITE_AUTH_ENABLED", "").lower() == "true":
        return _vouched_for(headers.get(HEADER, ""))
    if settings.get("AZURE_FUNCTIONS_ENVIRONMENT") == "Development":
        return DEVELOPER
    raise Problem(UNAUTHENTICATED, "Authentication is not switched on for this app.")


def _vouched_for(header: str) -> Principal:
    if not header:
        raise Problem(UNAUTHENTICATED, "The request carries no identity.")
    try:
        token = json.loads(b64decode(header, validate=True))
        claims = [(str(claim["typ"]), str(claim["val"])) for claim in token["claims"]]
        role_claims = {*ROLE_CLAIMS, str(token.get("role_typ", ""))}
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Problem(UNAUTHENTICATED, "The identity that the request carries cannot be read.") from None
    identity = next((value for wanted in ID_CLAIMS for name, value in claims if name == wanted and value), None)
    if identity is None:
        raise Problem(UNAUTHENTICATED, "The identity that the request carries has no object id.")
    roles = {value for name, value in claims if name in role_claims}
    return Principal(identity, frozenset(roles & set(ROLES)))
