"""The fault runs by hand, as large and as long as asked; prints figures and the ledger.

Exit 0 where every promise was kept, 1 where not, 2 where it did not start or was interrupted.

python -m tests.faults.run kills --events 200 --kills 10 --seed 7 --lock 60
python -m tests.faults.run alerts --alerts 1000 --devices 200 --kills 2 --seed 7
python -m tests.faults.run outage --events 200 --service tables --seconds 60
python -m tests.faults.run failures --events 80 --times 2
python -m tests.faults.run segment --members 10000 --kills 3 --seed 7
python -m tests.faults.run soak --minutes 10 --seed 7
"""

import argparse
import asyncio
import logging
import random
import shutil
import sys
import tempfile
import traceback
import warnings
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.faults.cloud import Cloud, running_cloud
from tests.faults.members import Crowd
from tests.faults.scenarios import Outcome, failures, kills, outage, storm
from tests.faults.screen import closing, watching
from tests.faults.segment import enter_segment
from tests.faults.soak import PEOPLE, Soak

KEPT, BROKEN, UNKNOWN = 0, 1, 2


def main() -> int:
    """Say how it went; unless all was well, the folder with data and logs stays."""
    options = _parser().parse_args()
    # The Service Bus SDK leaves the sockets of broken links to the garbage collector.
    warnings.filterwarnings("ignore", "unclosed", ResourceWarning)
    for name in ("azure", "carebus"):  # theirs and ours tell of broken links, which here is no news
        logging.getLogger(name).setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="carebus-faults-"))
    code = _code(options, folder)
    if code:
        print(f"Data and logs are in {folder}.", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return code


def _code(options: argparse.Namespace, folder: Path) -> int:
    try:
        return KEPT if asyncio.run(_run(options, folder)) else BROKEN
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
    except Exception as error:
        traceback.print_exc()
        return BROKEN if ExceptionGroup("", [error]).subgroup(AssertionError) else UNKNOWN
    return UNKNOWN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.run", description="Real processes, killed under load."
    )
    commands = parser.add_subparsers(dest="scenario", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--events", type=int, default=200, help="critical errors, each of a device of its own (200)")
    shared.add_argument("--lock", type=float, default=60, help="seconds until a killed host's messages come again (60)")
    kill = commands.add_parser("kills", parents=[shared], help="kill -9 at random moments")
    kill.add_argument("--kills", type=int, default=10, help="how often (10)")
    kill.add_argument("--seed", type=int, default=1, help="chooses moments and victims (1)")
    kill.add_argument("--victim", choices=["host", "bus", "both"], default="both")
    storming = commands.add_parser(
        "alerts", help="let devices report their error again and again, and kill the host -9"
    )
    storming.add_argument("--alerts", type=int, default=1000, help="how many in all (1000)")
    storming.add_argument("--devices", type=int, default=200, help="how many report, each its one error (200)")
    storming.add_argument("--kills", type=int, default=2, help="how often (2)")
    storming.add_argument("--seed", type=int, default=1, help="chooses moments and the order of alerts (1)")
    storming.add_argument(
        "--lock", type=float, default=60, help="seconds until a killed host's messages come again (60)"
    )
    away = commands.add_parser("outage", parents=[shared], help="take a service away for a while")
    away.add_argument("--service", choices=["bus", "tables"], required=True)
    away.add_argument("--seconds", type=float, default=60, help="for how long (60)")
    fail = commands.add_parser("failures", parents=[shared], help="let the provider fail in every way")
    fail.add_argument("--times", type=int, default=1, help="how often for each customer (1)")
    entering = commands.add_parser("segment", help="let a segment's members enter a journey, and kill the host -9")
    entering.add_argument(
        "--members", type=int, default=10_000, help="how many; beside them, a fifth of others (10000)"
    )
    entering.add_argument("--kills", type=int, default=3, help="how often (3)")
    entering.add_argument("--seed", type=int, default=1, help="chooses moments (1)")
    entering.add_argument(
        "--lock", type=float, default=60, help="seconds until a killed host's messages come again (60)"
    )
    soaking = commands.add_parser("soak", help="all of it at random, for minutes")
    soaking.add_argument("--minutes", type=float, default=10, help="how long things go wrong (10)")
    soaking.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="chooses faults, victims, gaps, doors"
    )
    soaking.add_argument(
        "--lock", type=float, default=60, help="seconds until a killed host's messages come again (60)"
    )
    return parser


async def _run(options: argparse.Namespace, folder: Path) -> bool:
    """Return whether every promise was kept."""
    if options.scenario == "segment":
        return await _segment(options, folder)
    people = {"soak": PEOPLE, "alerts": getattr(options, "devices", 0)}.get(options.scenario) or options.events
    async with running_cloud(folder, people, options.lock) as cloud:
        if options.scenario == "soak":
            return await _soak(Soak(cloud, options.minutes * 60, options.seed))
        outcome = await _scenario(options, cloud)
    print(f"\n{options.scenario}: faults for {outcome.faults:.1f} s, all done {outcome.rest:.1f} s after their end\n")
    print(outcome.ledger)
    print("\n".join(outcome.violations) or "\nEvery promise was kept.")
    return not outcome.violations


async def _segment(options: argparse.Namespace, folder: Path) -> bool:
    crowd = Crowd(options.members)
    async with running_cloud(folder, 0, options.lock, crowd.prepare()) as cloud:
        entered = await enter_segment(cloud, crowd, options.kills, options.seed)
    print(f"\nsegment, {options.kills} kills, seed {options.seed}\n\n{entered}")
    print("\n".join(entered.violations) or "\nEvery promise was kept.")
    return not entered.violations


async def _soak(soak: Soak) -> bool:
    console = Console()
    async with watching(soak, console):
        result = await soak.run()
    console.print(closing(soak, result))
    console.print("\n".join(result.violations) or "Every promise was kept.")
    return not result.violations


def _scenario(options: argparse.Namespace, cloud: Cloud) -> Coroutine[Any, Any, Outcome]:
    match options.scenario:
        case "kills":
            victims = {"host": [cloud.crash_host], "bus": [cloud.crash_bus]}
            chosen = victims.get(options.victim, [cloud.crash_host, cloud.crash_bus])
            return kills(cloud, chosen, options.kills, options.seed)
        case "alerts":
            return storm(cloud, options.alerts // options.devices, options.kills, options.seed)
        case "outage":
            leave = {"bus": cloud.without_bus, "tables": cloud.without_tables}[options.service]
            return outage(cloud, lambda: leave(options.seconds))
        case _:
            return failures(cloud, options.times)


if __name__ == "__main__":
    sys.exit(main())
