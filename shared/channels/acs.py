"""SMS and e-mail through Azure Communication Services' REST.

The SDK is not used: its SMS client makes a fresh request id per call, so that a repeat after a crash would be
a second SMS.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Self

import aiohttp
from yarl import URL

from shared.channels.credentials import AccessKey, Credential, Identity
from shared.channels.errors import OutcomeUnknown, Unavailable
from shared.channels.provider import Accepted, Outgoing
from shared.channels.wire import Request, outcome_of, request_of


def new_session() -> aiohttp.ClientSession:
    """A session that asks neither netrc nor proxies, which costs more than the request itself."""
    return aiohttp.ClientSession(trust_env=False)


def utc_now() -> datetime:
    """The time that signatures carry."""
    return datetime.now(UTC)


class AcsProvider:
    """One connection pool to one Communication Services resource, opened on first use."""

    def __init__(
        self,
        endpoint: str,
        credential: Credential,
        *,
        session: Callable[[], aiohttp.ClientSession] = new_session,
        timeout: float = 10.0,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take the resource's URL and who we are; `timeout` is in seconds for a whole call."""
        self._endpoint = URL(endpoint)
        if not self._endpoint.host:
            raise ValueError("the endpoint of Azure Communication Services is not a URL with a host")
        self._credential = credential
        self._new_session = session
        self._session: aiohttp.ClientSession | None = None
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)
        self._now = now

    @classmethod
    def from_connection_string(cls, text: str, *, timeout: float = 10.0) -> Self:
        """`endpoint=https://...;accesskey=BASE64`, or the endpoint alone for a managed identity."""
        fields = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
        parts = {name.strip().lower(): value.strip() for name, value in fields.items()}
        if "endpoint" not in parts:
            raise ValueError("the connection string of Azure Communication Services names no endpoint")
        key = parts.get("accesskey")
        return cls(parts["endpoint"], AccessKey(key) if key else Identity(), timeout=timeout)

    async def send(self, message: Outgoing) -> Accepted:
        """Hand the message over, or raise one of `shared.channels.errors`."""
        request = request_of(message)
        status, headers, body = await self._post(request)
        return outcome_of(message, status, headers, body)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._credential.aclose()
        if self._session is not None:
            await self._session.close()

    async def _post(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        url = URL(str(self._endpoint.origin()) + request.path, encoded=True)
        proof = await self._credential.headers("POST", url, request.body, self._now())
        headers = {"Content-Type": "application/json", **request.headers, **proof}
        if self._session is None:
            self._session = self._new_session()
        try:
            async with self._session.post(
                url, data=request.body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                return answer.status, answer.headers, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(f"no connection: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown(f"no answer: {type(error).__name__}") from error
