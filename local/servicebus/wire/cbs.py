"""The node `$cbs`: a client puts its tokens here before it opens links (AMQP claims-based security)."""

import logging

from local.servicebus.addresses import MANAGEMENT_SUFFIX, entity_path
from local.servicebus.amqp.types import Value
from local.servicebus.broker import Broker
from local.servicebus.errors import RefusedError
from local.servicebus.wire.requests import Request, encode_answer
from local.servicebus.wire.sas import AccessKey, Grants

_log = logging.getLogger(__name__)


class TokenNode:
    """Checks the tokens of one connection."""

    def __init__(self, key: AccessKey, grants: Grants, broker: Broker) -> None:
        self._key = key
        self._grants = grants
        self._broker = broker

    def answer(self, request: Request) -> bytes:
        """Take a token, whatever type it claims to be: SDKs call a shared access signature a "jwt" too."""
        if request.operation != "put-token":
            return _encode(request, 501, f"$cbs: there is no operation '{request.operation}'.")
        try:
            self._check_audience(request.properties.get("name"))
            self._grants.add(self._key.verify(str(request.body), self._grants.now()))
        except RefusedError as refused:
            _log.warning("token_refused reason=%s", refused.description)  # the Python SDK does not pass the reason on
            return _encode(request, refused.status, refused.description)
        return _encode(request, 202, "Accepted")

    def _check_audience(self, audience: Value) -> None:
        """The service refuses a token for an entity that is not there before any link is asked for."""
        path = entity_path(audience) if isinstance(audience, str) else ""
        if path:
            self._broker.find(path.removesuffix(MANAGEMENT_SUFFIX))


def _encode(request: Request, status: int, description: str) -> bytes:
    return encode_answer(request, {"status-code": status, "status-description": description}, None)
