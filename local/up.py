"""`make run`: start everything, put the sample in, and stay until Ctrl-C; what was kept is there at the next start."""

import argparse
import asyncio
import sys
from pathlib import Path

from local.cloud import interrupts
from local.cloud.cloud import running_cloud
from local.cloud.errors import CloudError
from local.cloud.seed import seed
from local.cloud.services import ROOT
from local.cloud.welcome import welcome

HTTP_PORT = 7071
"""Where Azure Functions Core Tools listen, too; another is taken where it is not free."""


def main() -> int:
    """Run until a signal comes; 0 after Ctrl-C, 1 where something failed."""
    parser = argparse.ArgumentParser(prog="python -m local.up", description="Run all of Carebus on this machine.")
    parser.add_argument("--folder", type=Path, default=ROOT / ".data" / "run", help="what it keeps (.data/run)")
    parser.add_argument("--port", type=int, default=HTTP_PORT, help=f"for HTTP, if it is free ({HTTP_PORT})")
    options = parser.parse_args()
    try:
        interrupts.run(stay(options.folder.resolve(), options.port))
    except interrupts.Interrupted:
        print("Everything was stopped.")
    except CloudError as error:
        print(f"Carebus was stopped: {error}", file=sys.stderr)
        return 1
    return 0


async def stay(folder: Path, port: int) -> None:
    """Run everything, and stay; raises CloudError as soon as a part of it ends by itself."""
    print("Starting Table storage, Service Bus, the channel sink and the functions ...", flush=True)
    async with running_cloud(folder, port) as cloud:
        print("Publishing the definitions and importing the sample's people ...", flush=True)
        await cloud.during(seed(cloud.settings))
        welcome(cloud, sys.stdout)
        await cloud.during(asyncio.Event().wait())


if __name__ == "__main__":
    sys.exit(main())
