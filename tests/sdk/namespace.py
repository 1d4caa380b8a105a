"""The namespace that the SDK's tests run against: one emulator with a queue for each that a test asks for.

The test processes all import the same tests and so come to the same queues; the first of them to have imported all
writes these down, the process above starts the emulator, and tells the others where it is.
"""

import json
import os
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken
from azure.servicebus._base_handler import ServiceBusSharedKeyCredential

from tests.cloud.servicebus import KEY, Emulator

POLICY = "RootManageSharedAccessKey"
_CONFIG, _PLACE = "config.json", "connection-string"


class Namespace:
    """What a test process knows of it: the queues while tests are imported, and while they run, where it is."""

    def __init__(self) -> None:
        self._queues: dict[str, dict[str, Any]] = {}
        self._folder: Path | None = None

    def add_queue(self, properties: dict[str, Any]) -> str:
        """Have a queue with these properties, and return its name."""
        name = f"queue-{len(self._queues) + 1}"
        self._queues[name] = properties
        return name

    def write(self, folder: Path) -> None:
        """Write down the queues; every process writes the same."""
        self._folder = folder
        queues = [{"Name": name, "Properties": properties} for name, properties in self._queues.items()]
        draft = folder / f"{_CONFIG}.{os.getpid()}"
        draft.write_text(json.dumps({"UserConfig": {"Namespaces": [{"Name": "sbemulatorns", "Queues": queues}]}}))
        draft.replace(folder / _CONFIG)

    @property
    def connection_string(self) -> str:
        """What opens everything in the namespace."""
        assert self._folder is not None, "the emulator starts when all tests are known"
        return (self._folder / _PLACE).read_text()

    @property
    def host(self) -> str:
        """Host and port of the emulator."""
        return self.connection_string.partition("//")[2].partition(";")[0]

    def token(self) -> AccessToken:
        """Return a token for everything in the namespace."""
        return ServiceBusSharedKeyCredential(POLICY, KEY).get_token(f"sb://{self.host}")


namespace = Namespace()


def start_emulator(folder: Path) -> Emulator:
    """Start an emulator with the queues that are written down in a folder, and write there where it is."""
    emulator = Emulator(folder / _CONFIG, None)
    emulator.start()
    (folder / _PLACE).write_text(emulator.connection_string)
    return emulator
