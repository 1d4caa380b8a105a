"""The namespace that the SDK's tests run against: an emulator for each test process, with every queue they ask for."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken
from azure.servicebus._base_handler import ServiceBusSharedKeyCredential

from tests.cloud.servicebus import KEY, Emulator

POLICY = "RootManageSharedAccessKey"


@dataclass
class Namespace:
    """Collects queues while tests are imported; starts with the first test that needs it."""

    _queues: dict[str, dict[str, Any]] = field(default_factory=dict)
    _emulator: Emulator | None = None

    def add_queue(self, properties: dict[str, Any]) -> str:
        """Have a queue with these properties, and return its name."""
        assert self._emulator is None, "the emulator knows no queues but those it started with"
        name = f"queue-{len(self._queues) + 1}"
        self._queues[name] = properties
        return name

    @property
    def host(self) -> str:
        """Host and port of the running emulator."""
        return f"127.0.0.1:{self._running().port}"

    @property
    def connection_string(self) -> str:
        """What opens everything in the namespace."""
        return self._running().connection_string

    def token(self) -> AccessToken:
        """Return a token for everything in the namespace."""
        return ServiceBusSharedKeyCredential(POLICY, KEY).get_token(f"sb://{self.host}")

    def stop(self) -> int:
        """Stop the emulator, and return its exit code."""
        return self._emulator.stop() if self._emulator else 0

    def _running(self) -> Emulator:
        if self._emulator is None:
            with tempfile.TemporaryDirectory() as folder:
                config = Path(folder) / "config.json"
                config.write_text(json.dumps(self._config()))
                self._emulator = Emulator(config, None)
                self._emulator.start()
        return self._emulator

    def _config(self) -> dict[str, Any]:
        queues = [{"Name": name, "Properties": properties} for name, properties in self._queues.items()]
        return {"UserConfig": {"Namespaces": [{"Name": "sbemulatorns", "Queues": queues}]}}


namespace = Namespace()
