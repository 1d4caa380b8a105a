"""The four services, in the order they start in: each needs those before it."""

import shutil
import sys
from pathlib import Path

from local.cloud.child import Service
from local.cloud.errors import CloudError
from local.cloud.ports import HOST, kept_port
from local.cloud.settings import environment_for

ROOT = Path(__file__).parents[2]
AZURITE = ROOT / "node_modules" / ".bin" / "azurite-table"
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's well-known key (https://learn.microsoft.com/azure/storage/common/storage-connect-azurite)."""
BUS_KEY = "SAS_KEY_VALUE"
"""The well-known key of the official Service Bus emulator, which ours takes over."""


def azurite(data: Path, port: int) -> Service:
    """Table storage. Telemetry is off: it would call home."""
    if not AZURITE.exists() or shutil.which("node") is None:
        raise CloudError("Azurite is missing: install Node.js 20 or newer, then run 'npm ci'.")
    where = ["--tableHost", HOST, "--tablePort", str(port), "--location", str(data / "tables")]
    command = [str(AZURITE), *where, "--disableTelemetry"]
    return Service("azurite", command, ready="successfully (?:started|listening)")


def servicebus(data: Path | None) -> Service:
    """The bus, in memory only where it has no folder.

    Messages live as long as in the cloud; the official emulator allows an hour at most.
    """
    command = _module("local.servicebus", "--config", str(ROOT / "infra" / "servicebus.config.json"))
    options = ["--port", "0", "--admin-port", "0", "--ttl", "P14D"]
    if data is not None:
        options += ["--data", str(data / "bus")]
    return Service("servicebus", [*command, *options], ready=r"listening on \S+:(\d+) \(admin (\d+)\)")


def sink(data: Path, key: str, bus: str) -> Service:
    """The channel sink, in place of Azure Communication Services, an SMTP relay and browsers' push services.

    Its port stays: push subscriptions name it.
    """
    port = kept_port(data / "sink" / "port")
    options = ["--port", str(port), "--access-key", key, "--servicebus", bus, "--data", str(data / "sink")]
    return Service("sink", _module("local.sink", *options), ready=r"listening on (http://\S+) \(smtp (\d+)\)")


def host(settings: Path, port: int) -> Service:
    """The Functions host, with its settings from the file alone."""
    command = _module("local.host", "--app", str(ROOT), "--settings", str(settings), "--port", str(port))
    return Service("host", command, ready=r"Host ready on (http://\S+)", environment=environment_for(settings))


def tables_connection(port: int) -> str:
    """Return what the setting TablesConnection should be."""
    endpoint = f"http://{HOST}:{port}/{ACCOUNT}"
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};TableEndpoint={endpoint};"


def servicebus_connection(port: int) -> str:
    """Return what the setting ServiceBusConnection should be."""
    policy = f"SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={BUS_KEY}"
    return f"Endpoint=sb://{HOST}:{port};{policy};UseDevelopmentEmulator=true;"


def _module(name: str, *options: str) -> list[str]:
    return [sys.executable, "-u", "-m", name, *options]
