"""Who may send which events: the senders of CAREBUS_SENDERS, with their secrets, sources and triggers.

    {"acme": {"secrets": ["whsec_..."], "sources": ["/plants/berlin/*"], "triggers": ["iot-device-malfunction"]},
     "*": {"sources": ["*"], "triggers": ["*"]}}

`*` is whoever holds a function key for POST /api/events, and the producers on the queue device-events.
"""

import base64
import binascii
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, RootModel, StringConstraints, ValidationError

from shared.runtime.codec import field_of
from shared.runtime.errors import MissingSettings

SETTING = "CAREBUS_SENDERS"
KEY_HOLDER = "*"


@dataclass(frozen=True, slots=True)
class Credential:
    """What one sender may do. `sources` are exact or end in `*`; the trigger `*` is every custom one."""

    name: str
    sources: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    secrets: tuple[bytes, ...] = field(default=(), repr=False)

    def may_use(self, source: str) -> bool:
        return any(_covers(pattern, source) for pattern in self.sources)

    def may_raise(self, trigger: str) -> bool:
        return "*" in self.triggers or trigger in self.triggers


class Credentials:
    """The senders by name. A sender that is not listed is told apart from one with a wrong secret by nobody."""

    def __init__(self, senders: Mapping[str, Credential]) -> None:
        self._senders = senders
        self._most = max((len(sender.secrets) for sender in senders.values()), default=0) or 1
        self._decoy = random.token_bytes(32)

    def key_holder(self) -> Credential:
        """Return what the holder of a function key may do: nothing where the setting does not say."""
        return self._senders.get(KEY_HOLDER, Credential(KEY_HOLDER))

    def webhook(self, sender: str) -> Credential:
        """Return a sender with as many secrets as any other has: what is lacking is filled up with one nobody knows."""
        known = self._senders.get(sender, Credential(sender))
        decoys = (self._decoy,) * (self._most - len(known.secrets))
        return Credential(known.name, known.sources, known.triggers, known.secrets + decoys)


def parse(text: str) -> Credentials:
    """Read the setting; raises MissingSettings naming the field at fault, never its content."""
    try:
        senders = _Senders.model_validate_json(text).root
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise MissingSettings(f"{SETTING}: {field_of(error) or 'the JSON'}: {reason}") from None
    for name, sender in senders.items():
        if (name == KEY_HOLDER) == bool(sender.secrets):
            wanted = "takes no secrets: it signs nothing" if name == KEY_HOLDER else "needs at least one secret"
            raise MissingSettings(f"{SETTING}: {name}.secrets: {name} {wanted}")
    return Credentials({name: Credential(name, *sender.parts()) for name, sender in senders.items()})


def _covers(pattern: str, source: str) -> bool:
    return source.startswith(pattern[:-1]) if pattern.endswith("*") else source == pattern


def _key(secret: str) -> str:
    """Check that it is a secret as Standard Webhooks spells it: `whsec_` and base64 of 24 to 64 bytes."""
    try:
        length = len(_decoded(secret))
    except binascii.Error:
        raise ValueError("must be base64 behind whsec_") from None
    if not secret.startswith("whsec_") or not 24 <= length <= 64:
        raise ValueError("must be whsec_ and base64 of 24 to 64 bytes")
    return secret


def _decoded(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def _pattern(text: str) -> str:
    if "*" in text[:-1]:
        raise ValueError("may have a * only at its end")
    return text


_Text = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class _Sender(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)

    sources: list[Annotated[_Text, AfterValidator(_pattern)]]
    triggers: list[_Text]
    secrets: list[Annotated[str, AfterValidator(_key)]] = []

    def parts(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[bytes, ...]]:
        return tuple(self.sources), tuple(self.triggers), tuple(_decoded(secret) for secret in self.secrets)


class _Senders(RootModel[dict[Annotated[str, StringConstraints(pattern=r"^(\*|[A-Za-z0-9_-]{1,64})$")], _Sender]]):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True, defer_build=True)
