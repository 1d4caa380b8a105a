"""A browser that subscribed to push messages: its keys, and how it reads what only it can read (RFC 8291)."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Self

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel

AUTH_BYTES = 16


class Unreadable(Exception):
    """The message was not encrypted for this browser."""


class Subscription(BaseModel):
    """One browser of somebody; the private key is kept as a number, in base64url."""

    id: str
    whose: str
    """Somebody's name, for whoever looks at the inbox."""
    private_key: str
    auth: str
    made_at: datetime

    @classmethod
    def made(cls, whose: str, now: datetime) -> Self:
        """A new one, with keys of its own."""
        key = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32)
        name = secrets.token_urlsafe(16)
        auth = text(secrets.token_bytes(AUTH_BYTES))
        return cls(id=name, whose=whose or name[:6], private_key=text(key), auth=auth, made_at=now)

    def shown(self, origin: str) -> dict[str, object]:
        """What `PushSubscription.toJSON()` gives in a browser, to be put into a contact."""
        public = self._key().public_key().public_bytes(*UNCOMPRESSED)
        keys = {"p256dh": text(public), "auth": self.auth}
        return {"endpoint": f"{origin}/push/{self.id}", "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> bytes:
        """The content of a message; raise Unreadable."""
        try:
            content: bytes = http_ece.decrypt(
                body, private_key=self._key(), auth_secret=octets(self.auth), version="aes128gcm"
            )
        # All of them: on broken input the library raises almost any exception.
        except Exception:
            raise Unreadable from None
        return content

    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(octets(self.private_key)), ec.SECP256R1())


UNCOMPRESSED = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def text(data: bytes) -> str:
    """Bytes in base64url, as browsers write them."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def octets(data: str) -> bytes:
    """The bytes of base64url; raise ValueError where it is none."""
    return urlsafe_b64decode(data + "=" * (-len(data) % 4))
