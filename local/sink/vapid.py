"""Checks who sends a push message: a token signed with the key it brings along (RFC 8292).

Written with another library than the one that signs, so that one mistake cannot be in both.
"""

import re
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from local.sink.browser import octets
from local.sink.refusal import Refused

AUTHORIZATION = re.compile(r"vapid\s+(?=.*\bt=(?P<token>[^,\s]+))(?=.*\bk=(?P<key>[^,\s]+)).*", re.IGNORECASE)
LONGEST = timedelta(hours=24)


def sender_of(authorization: str, origin: str, now: datetime) -> str:
    """Who says to send, a mailto: or https: URL; raise Refused (401, 403) where the token does not prove it."""
    given = AUTHORIZATION.fullmatch(authorization)
    if given is None:
        raise Refused(401, "Unauthorized", "Authorization: it is not a VAPID token with its key.")
    claims = verified(given["token"], given["key"])
    if claims.get("aud") != origin:
        raise forbidden("aud is not the origin of the subscription")
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or not now.timestamp() < expires <= (now + LONGEST).timestamp():
        raise forbidden("exp is past, or more than a day away")
    return str(claims.get("sub", ""))


def verified(token: str, key: str) -> dict[str, object]:
    """The claims; raise Refused (403) unless this key signed them."""
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets(key))
        unchecked = {"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False}
        claims: dict[str, object] = jwt.decode(token, public, algorithms=["ES256"], options=unchecked)  # type: ignore[arg-type]
    except (ValueError, jwt.PyJWTError):
        raise forbidden("the token is not signed by the key k") from None
    return claims


def forbidden(why: str) -> Refused:
    """A token that proves nothing."""
    return Refused(403, "Forbidden", f"Authorization: {why}.")
