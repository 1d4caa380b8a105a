"""The two ways to prove who we are to Azure Communication Services: an access key, or an identity."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from yarl import URL

from shared.channels.errors import Unavailable
from shared.channels.signing import decode_key, sign

SCOPE = "https://communication.azure.com/.default"


class Credential(Protocol):
    """Makes the headers that authorise a request."""

    async def headers(self, method: str, url: URL, body: bytes, now: datetime) -> dict[str, str]:
        """What to add to the request; raise Unavailable if no proof can be had now."""
        ...

    async def aclose(self) -> None:
        """Release what the credential holds."""
        ...


class AccessKey:
    """Signs each request with the resource's key."""

    def __init__(self, access_key: str) -> None:
        """Take the key as the portal shows it, in base64."""
        self._key = decode_key(access_key)

    async def headers(self, method: str, url: URL, body: bytes, now: datetime) -> dict[str, str]:
        """The signature's headers."""
        return sign(self._key, method, url, body, now)

    async def aclose(self) -> None:
        """Hold nothing."""


class Identity:
    """Asks Entra ID for a token; the credential keeps it until it expires."""

    def __init__(self, make: Callable[[], AsyncTokenCredential] | None = None) -> None:
        """Take what makes the credential; it is made on first use."""
        self._make = make or default_credential
        self._credential: AsyncTokenCredential | None = None

    async def headers(self, method: str, url: URL, body: bytes, now: datetime) -> dict[str, str]:  # noqa: ARG002
        """The bearer token's header."""
        if self._credential is None:
            self._credential = self._make()
        try:
            token = await self._credential.get_token(SCOPE)
        except AzureError as error:
            raise Unavailable(f"no token: {type(error).__name__}") from error
        return {"Authorization": f"Bearer {token.token}"}

    async def aclose(self) -> None:
        """Close the credential's own connections."""
        if self._credential is not None:
            await self._credential.close()


def default_credential() -> AsyncTokenCredential:
    """The managed identity in the cloud, the developer's sign-in elsewhere."""
    # Imported here: a deployment with an access key should not pay for it at each cold start.
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()
