"""An emulator for all tests of a module, each of which has a queue of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.servicebus import Emulator, running_emulator

QUEUES: dict[str, dict[str, Any]] = {
    "plain": {},
    "batches": {},
    "batch-sizes": {},
    "annotated": {},
    "managed": {},
    "many-due": {},
    "peeked": {},
    "renewed": {"LockDuration": "PT1S"},
    "expiring": {"DefaultMessageTimeToLive": "PT1S", "DeadLetteringOnMessageExpiration": True},
    "two-tries": {"MaxDeliveryCount": 2},
    "dead": {},
    "dead-managed": {},
    "deferred": {},
    "deleted": {},
    "duplicates": {"RequiresDuplicateDetection": True},
    "too-large": {},
    "foreign": {},
    "sync": {},
    "durable": {"RequiresDuplicateDetection": True},
    "reopened": {},
    "crowded": {},
    **{
        name: {"RequiresSession": True}
        for name in (
            "sessions",
            "next-session",
            "no-session",
            "held-session",
            "session-state",
            "deferred-in-session",
            "peeked-session",
            "deleted-session",
            "dead-session",
            "strict-sessions",
        )
    },
    "lapsing-session": {"RequiresSession": True, "LockDuration": "PT1S"},
    "short-sessions": {"RequiresSession": True, "LockDuration": "PT1S"},
    "forwarding": {"ForwardTo": "forwarded"},
    "forwarded": {},
    "troubled": {"ForwardDeadLetteredMessagesTo": "troubles"},
    "troubles": {},
}


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the configuration."""
    queues = [{"Name": name, "Properties": properties} for name, properties in QUEUES.items()]
    file = tmp_path_factory.mktemp("servicebus") / "config.json"
    file.write_text(json.dumps({"UserConfig": {"Namespaces": [{"Name": "sbemulatorns", "Queues": queues}]}}))
    return file


@pytest.fixture(scope="module")
def emulator(config: Path) -> Iterator[Emulator]:
    """Run an emulator without a disk."""
    with running_emulator(config=config) as emulator:
        yield emulator
