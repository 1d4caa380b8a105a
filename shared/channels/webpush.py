"""Web Push (RFC 8030) to a browser's subscription, encrypted for it alone (RFC 8291) and signed by us (RFC 8292).

`pywebpush` encrypts and `py_vapid` signs; the request is ours, over aiohttp: theirs follows redirects, and would send
a stranger's server wherever it points. A push service honours no request id, so that nothing is ever repeated.
"""

import json
import re
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from shared.channels.errors import OutcomeUnknown, Rejected, Unavailable
from shared.channels.provider import Accepted, Outgoing
from shared.channels.subscription import NoSubscription, Subscription, decoded, is_public
from shared.channels.wire import refusal, retry_after

LARGEST_PAYLOAD = 3993
"""Bytes before encryption: a push service must take 4,096 (RFC 8030, 7.2), of which 103 are not text (RFC 8291, 4)."""
LIFETIME = timedelta(days=1)
"""How long the push service keeps a message for a browser that is off (TTL)."""
SIGNED_FOR = timedelta(hours=12)
"""How long a signature is good; a day at most (RFC 8292, 2)."""
VAPID_BYTES = 32
SUBJECT = re.compile(r"mailto:[^@\s]+@[^@\s]+|https://\S+")
ACCEPTED = range(200, 300)
GONE = (404, 410)
"""The subscription ended (RFC 8030, 7.3)."""


class PrivateAddress(Exception):
    """A subscription's host leads to an address that is not of the public internet."""


class PublicResolver(AbstractResolver):
    """Looks a name up, and refuses it where any of its addresses is private."""

    def __init__(self, *, names: AbstractResolver | None = None, local: bool = False) -> None:
        """Let in this machine's own name if `local`."""
        self._names = names or aiohttp.ThreadedResolver()
        self._local = local

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a public host; raise PrivateAddress for another."""
        found = await self._names.resolve(host, port, family)
        if not (self._local and host == "localhost") and not all(is_public(each["host"]) for each in found):
            raise PrivateAddress
        return found

    async def close(self) -> None:
        """Close the name service."""
        await self._names.close()


def new_session(*, local: bool) -> aiohttp.ClientSession:
    """A session that only reaches the public internet, and asks neither netrc nor proxies."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=PublicResolver(local=local)), trust_env=False)


def utc_now() -> datetime:
    """The time that signatures carry."""
    return datetime.now(UTC)


class WebPushProvider:
    """Sends to whatever push service a subscription names, under one VAPID key."""

    def __init__(
        self,
        key: str,
        *,
        local: bool = False,
        session: Callable[[], aiohttp.ClientSession] | None = None,
        timeout: float = 10.0,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take the private key in base64url (32 bytes); `local` lets in a push service on this machine.

        Raises ValueError, without the key, if it is none; `timeout` is in seconds for a whole call.
        """
        self._secret = decoded(key)
        if len(self._secret) != VAPID_BYTES:
            raise ValueError(f"is not {VAPID_BYTES} bytes in base64url")
        self._signer: Any = None
        self._local = local
        self._new_session = session or partial(new_session, local=local)
        self._session: aiohttp.ClientSession | None = None
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)
        self._now = now

    async def send(self, message: Outgoing) -> Accepted:
        """Hand the message over, or raise one of `shared.channels.errors`."""
        try:
            subscription = Subscription.parse(message.to, local=self._local)
            body = encrypted(subscription, payload(message))
        except NoSubscription as error:
            raise Rejected("invalid_contact_point", str(error)) from None
        status, headers = await self._post(URL(subscription.endpoint), body, message.sender)
        if status in ACCEPTED:
            return Accepted(message.request_id)  # the service's own name for it is a key to it
        if status in GONE:
            raise Rejected("invalid_contact_point", f"{status} the subscription is gone")
        raise refusal(status, "", retry_after(headers))

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, url: URL, body: bytes, subject: str) -> tuple[int, Mapping[str, str]]:
        headers = {
            "TTL": str(int(LIFETIME.total_seconds())),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            **self._signature(url, subject),
        }
        if self._session is None:
            self._session = self._new_session()
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                return answer.status, answer.headers
        except PrivateAddress:
            raise Rejected("invalid_contact_point", "the push service is at a private address") from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(f"no connection: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown(f"no answer: {type(error).__name__}") from error

    def _signature(self, url: URL, subject: str) -> dict[str, str]:
        """Who sends, in words the push service may complain to; good for its origin only."""
        if self._signer is None:
            self._signer = signer(self._secret)
        claims = {"aud": str(url.origin()), "exp": int((self._now() + SIGNED_FOR).timestamp()), "sub": subject}
        signed: dict[str, str] = self._signer.sign(claims)
        return signed


def signer(secret: bytes) -> Any:
    """What signs claims with this key."""
    # Imported here, as pywebpush below: a process that never pushes should not pay for them.
    from cryptography.hazmat.primitives.asymmetric import ec
    from py_vapid import Vapid02

    key = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
    return Vapid02(key, {"no-strict": True})  # of the subject, which is checked when the settings are read


def payload(message: Outgoing) -> bytes:
    """What the page's service worker reads; raise Rejected where a push service need not take so much."""
    said = {"title": message.subject, "body": message.text}
    if message.link:
        said["link"] = message.link
    content = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    if len(content) > LARGEST_PAYLOAD:
        raise Rejected("too_long", f"the payload has more than {LARGEST_PAYLOAD} bytes")
    return content


def encrypted(subscription: Subscription, content: bytes) -> bytes:
    """The content as only the subscription's browser can read it; raise NoSubscription for a key that is no point."""
    from pywebpush import WebPusher

    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    try:
        body: bytes = WebPusher({"endpoint": subscription.endpoint, "keys": keys}).encode(content)["body"]
    except ValueError:
        raise NoSubscription("p256dh", "is not a point of the curve P-256") from None
    return body
