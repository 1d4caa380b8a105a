"""The run's local.settings.json: secrets made once, addresses as they are today."""

import json
import os
import secrets
from base64 import b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

FILE = "local.settings.json"
SMS_FROM = "+12025550100"
EMAIL_FROM = "service@example.com"
REPLY_ADDRESS = "care@example.com"
SENDER = "acme"
"""The webhook sender of the sample: https://www.standardwebhooks.com signatures with `webhook_secret`."""
SOURCES = "/plants/*"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What nobody else may know. Kept over restarts, so that links in messages stay good."""

    link_key: str
    webhook_secret: str
    function_key: str
    sink_key: str
    vapid_key: str

    @classmethod
    def made(cls) -> Self:
        """Return new ones."""
        return cls(
            link_key=secrets.token_urlsafe(32),
            webhook_secret=f"whsec_{_base64()}",
            function_key=secrets.token_urlsafe(32),
            sink_key=_base64(),
            vapid_key=secrets.token_urlsafe(32),
        )

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return the run's own, made at its first start; one that came with a newer Carebus is made then."""
        file = folder / "secrets.json"
        kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        own = asdict(cls.made()) | kept
        if own != kept:
            write_private(file, own)
        return cls(**own)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services listen."""

    servicebus: str
    tables: str
    sink: str
    public_url: str


def local_settings(own: Secrets, where: Addresses) -> dict[str, Any]:
    """Return the settings file's content, as Azure Functions Core Tools read it."""
    senders = {
        SENDER: {"secrets": [own.webhook_secret], "sources": [SOURCES], "triggers": ["*"]},
        "*": {"sources": ["*"], "triggers": ["*"]},
    }
    values = {
        "ServiceBusConnection": where.servicebus,
        "TablesConnection": where.tables,
        "AcsConnection": f"endpoint={where.sink};accesskey={own.sink_key}",
        "CAREBUS_PUBLIC_URL": where.public_url,
        "CAREBUS_LINK_KEYS": f"k1:{own.link_key}",
        "CAREBUS_SENDERS": json.dumps(senders),
        "CAREBUS_SMS_FROM": SMS_FROM,
        "CAREBUS_EMAIL_FROM": EMAIL_FROM,
        "CAREBUS_REPLY_ADDRESS": REPLY_ADDRESS,
        "CAREBUS_VAPID_KEY": own.vapid_key,
        "CAREBUS_DEFINITIONS_CACHE_SECONDS": "1",
    }
    return {"IsEncrypted": False, "Values": values, "Keys": {"default": own.function_key}}


def environment_for(settings: Path) -> dict[str, str]:
    """Return our environment for a program with these settings, less what would win over them.

    Whoever has a deployment's connection string in their shell must not find the sample's people there.
    """
    names = json.loads(settings.read_text(encoding="utf-8"))["Values"].keys()
    ours = {name: value for name, value in os.environ.items() if name.partition("__")[0] not in names}
    return {**ours, "CAREBUS_SETTINGS": str(settings)}


def write_private(file: Path, content: dict[str, Any]) -> None:
    """Write JSON that only its owner may read; a reader sees all of it or nothing."""
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        json.dump(content, output, indent=2)
    draft.replace(file)


def _base64() -> str:
    return b64encode(secrets.token_bytes(32)).decode()
