"""Settings, read once from the environment that is passed in. All that is missing is named together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from shared.runtime.errors import MissingSettings

REQUIRED = (
    "CAREBUS_PUBLIC_URL",
    "CAREBUS_LINK_KEYS",
    "CAREBUS_SENDERS",
    "CAREBUS_SMS_FROM",
    "CAREBUS_EMAIL_FROM",
    "AcsConnection",
)
CONNECTIONS = {
    "ServiceBusConnection": "fullyQualifiedNamespace",
    "TablesConnection": "endpoint",
}
"""A connection string under the name, or an address behind two underscores where an identity is used."""

DEFINITIONS_CACHE = "CAREBUS_DEFINITIONS_CACHE_SECONDS"
LONGEST_CACHE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment decides. `values` holds everything, for what names its own settings."""

    public_url: str
    link_keys: str = field(repr=False)
    senders: str = field(repr=False)
    acs_connection: str = field(repr=False)
    sms_from: str
    email_from: str
    reply_address: str
    """Where answers to our mails come in, so that each carries a mark of its case. Empty: they carry none."""
    vapid_key: str = field(repr=False)
    """Signs push messages: a private key on P-256, 32 bytes in base64url. Empty: none are sent."""
    vapid_subject: str
    """Whom a push service may complain to: a mailto: or https: URL."""
    definitions_cache: timedelta
    values: Mapping[str, str] = field(repr=False)

    @property
    def is_development(self) -> bool:
        """True on a developer's machine."""
        return self.values.get("AZURE_FUNCTIONS_ENVIRONMENT") == "Development"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Raises MissingSettings naming every setting that is missing."""
        missing = [name for name in REQUIRED if not environment.get(name)]
        missing += [
            f"{name} or {name}__{address}"
            for name, address in CONNECTIONS.items()
            if not environment.get(name) and not environment.get(f"{name}__{address}")
        ]
        if missing:
            raise MissingSettings(f"Missing settings: {', '.join(missing)}.")
        return cls(
            public_url=environment["CAREBUS_PUBLIC_URL"].rstrip("/"),
            link_keys=environment["CAREBUS_LINK_KEYS"],
            senders=environment["CAREBUS_SENDERS"],
            acs_connection=environment["AcsConnection"],
            sms_from=environment["CAREBUS_SMS_FROM"],
            email_from=environment["CAREBUS_EMAIL_FROM"],
            reply_address=environment.get("CAREBUS_REPLY_ADDRESS", ""),
            vapid_key=environment.get("CAREBUS_VAPID_KEY", ""),
            vapid_subject=environment.get("CAREBUS_VAPID_SUBJECT") or f"mailto:{environment['CAREBUS_EMAIL_FROM']}",
            definitions_cache=definitions_cache(environment),
            values=environment,
        )


def definitions_cache(environment: Mapping[str, str]) -> timedelta:
    """Return how long a process may work with the catalogue it knows; publishing waits for as long.

    Raises MissingSettings where it is none.
    """
    try:
        seconds = float(environment.get(DEFINITIONS_CACHE) or "10")
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_CACHE.total_seconds():
        raise MissingSettings(f"{DEFINITIONS_CACHE} is no number of seconds from 0 to {LONGEST_CACHE.seconds}.")
    return timedelta(seconds=seconds)
