"""What `make run` says once everything runs: where things are, and commands to try that work as they are printed."""

import shlex
import sys
from pathlib import Path
from typing import TextIO

from local.cloud.cloud import Cloud
from local.cloud.services import ROOT

CAREBUS = Path(sys.executable).with_name("carebus")
"""The console script of this environment."""


def welcome(cloud: Cloud, out: TextIO) -> None:
    """Print it."""
    print("\nCarebus is running. Ctrl-C stops all of it.\n", file=out)
    for name, value in _places(cloud).items():
        print(f"  {name:<14}{value}", file=out)
    print("\nTry it, in another terminal:", file=out)
    for what, command in examples(cloud).items():
        print(f"\n  # {what}\n  {command}", file=out)
    print(flush=True, file=out)


def examples(cloud: Cloud) -> dict[str, str]:
    """Return shell commands by what they do; run in this order, each works as it is."""
    url, key = cloud.addresses.public_url, cloud.secrets.function_key
    event = (
        '{"specversion":"1.0","id":"\'$(date +%s)-$RANDOM\'","source":"/plants/berlin/4",'
        '"type":"iot-device-malfunction","data":{"device_id":"D-1001","error_code":11}}'
    )
    carebus = f"CAREBUS_SETTINGS={shlex.quote(str(cloud.settings))} {shlex.quote(str(CAREBUS))}"
    return {
        "A device reports an error": (
            f"curl -sS {url}/api/events -H 'x-functions-key: {key}'"
            f" -H 'Content-Type: application/cloudevents+json' -d '{event}'"
        ),
        "A second or two later its owner has got an SMS with a link to the ticket's page": (
            f"curl -sS {cloud.addresses.sink}/inbox.json"
        ),
        "The open cases, the newest one last": f"curl -sS {url}/api/cases",
        "Resolve the newest one; its owner gets an e-mail": (
            f'CASE=$(curl -sS {url}/api/cases | sed \'s/.*"id":"\\([^"]*\\)".*/\\1/\');'
            f" curl -sS {url}/api/cases/$CASE/resolve -H 'Prefer: wait=10'"
            """ -H 'Content-Type: application/json' -d '{"text":"Sensor replaced"}'"""
        ),
        "The command line": f"{carebus} --help",
    }


def _places(cloud: Cloud) -> dict[str, str]:
    url = cloud.addresses.public_url
    return {
        "Functions": url,
        "API": f"{url}/api/openapi.json",
        "Inbox": f"{cloud.addresses.sink}/inbox  (what customers received, and what shall go wrong)",
        "SMTP": f"{cloud.smtp}  (the inbox takes mails here, too)",
        "Queues": f"{cloud.admin_url}/queues",
        "Settings": f"{_shown(cloud, 'local.settings.json')}  (every key and connection string)",
        "Logs": _shown(cloud, "logs"),
    }


def _shown(cloud: Cloud, name: str) -> str:
    path = cloud.folder / name
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
