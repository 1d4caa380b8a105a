"""What a new installation needs: published definitions, contacts and their devices. Repeating is harmless."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from local.cloud.errors import CloudError
from local.cloud.services import ROOT
from local.cloud.settings import environment_for
from local.cloud.tasks import cancelled

DEFINITIONS = ROOT / "definitions"
SAMPLE = ROOT / "local" / "sample"


async def seed(settings: Path) -> None:
    """Publish `definitions/` and import the sample's people by the usual commands; return once all is in effect."""
    publishing = asyncio.create_task(carebus(settings, "publish", str(DEFINITIONS), "--wait"))
    try:
        await carebus(settings, "import", "contacts", str(SAMPLE / "contacts.csv"), "--wait")
        await carebus(settings, "import", "devices", str(SAMPLE / "devices.csv"), "--wait")
        await publishing
    finally:
        await cancelled(publishing)


async def carebus(settings: Path, *arguments: str) -> str:
    """Run a command of `carebus` and return what it printed; raises CloudError where it failed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shared.cli", *arguments),
        cwd=ROOT,
        env=environment_for(settings),
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    text = output.decode(errors="replace")
    if process.returncode:
        raise CloudError(f"carebus {' '.join(arguments)} ended with exit code {process.returncode}:\n{text}")
    return text
