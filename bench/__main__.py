"""`make bench`: what a story and a journey cost, in operations, time and CPU, and over what one could not do without.

python -m bench                       everything but what is named by hand
python -m bench throughput latency    parts of it
python -m bench million lateness      a queue of a million messages, SLAs on time: only when they are named
python -m bench --quick               a smoke run; its figures mean nothing

Figures are ratios of what runs in turn on the same machine. Exit 1 only where a gate on counted operations is broken:
what depends on the machine's mood is told with its aim, and decides nothing.
"""

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import (
    bus_speed,
    emulator,
    history,
    imports,
    latency,
    million,
    report,
    sla,
    story_costs,
    throughput,
    tick,
    tiles,
)
from bench.part import Bench, Part

type Measure = Callable[[Bench], Coroutine[Any, Any, Part]]

PARTS: dict[str, Measure] = {
    "story": story_costs.measure,
    "tiles": tiles.measure,
    "tick": tick.measure,
    "sla": sla.measure,
    "throughput": throughput.measure,
    "latency": latency.measure,
    "history": history.measure,
    "emulator": emulator.measure,
    "bus": bus_speed.measure,
    "imports": imports.measure,
}
BY_HAND: dict[str, Measure] = {"million": million.measure, "lateness": sla.lateness}
"""Parts that run only when they are named."""
WHAT_IT_IS = {
    "story": "bus messages and table requests of one story, against the gate",
    "tiles": "table requests and batches of a journey's steps, by its tiles, against the gate",
    "tick": "table requests of the minute's tick, with 1 and with 1,000 runs waiting, against the gate",
    "sla": "table requests of the tick for SLAs, with 1,000 and with 100,000 open cases, against the gate",
    "throughput": "stories a second and CPU, over the same SDK calls without our code",
    "latency": "from webhook to SMS, at ten stories a second",
    "history": "what a story costs with ten times as many behind it",
    "emulator": "the Service Bus emulator, over a bare server that answers the same frames",
    "bus": "how fast the emulator is with one client, in memory and on disk",
    "imports": "import time, over a bare app with the same SDKs; half a minute",
    "million": "a queue of a million messages: filled, killed, drained; only when it is named",
    "lateness": "how late deadlines of SLAs are noticed, fifty a second; only when it is named",
}
"""Each part in a few words, for the help."""
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    options = _parser().parse_args()
    logging.getLogger("azure").setLevel(logging.ERROR)
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="carebus-bench-"))
    every = PARTS | BY_HAND
    chosen = {name: every[name] for name in every if name in (options.parts or PARTS)}
    try:
        parts = run(chosen, Bench(console, folder, options.quick), options.results)
    finally:
        shutil.rmtree(folder)
    if options.quick:
        return 0  # beside other work a report overtakes the note of its sending, which costs a request
    return int(any(line.is_gate and not line.is_met for part in parts.values() for line in part.lines))


def run(chosen: Mapping[str, Measure], bench: Bench, results: Path) -> dict[str, Part]:
    """Measure one part after the other; where one fails, tell and save what those before it have found."""
    parts = dict[str, Part]()
    try:
        for name, measure in chosen.items():
            parts[name] = asyncio.run(measure(bench))
    finally:
        if parts:
            _tell(parts, bench.console, results)
    return parts


def _tell(parts: Mapping[str, Part], console: Console, results: Path) -> None:
    console.print(report.table(parts))
    for file in report.save(parts, results, f"{datetime.now(UTC):%Y%m%d-%H%M%S}"):
        console.print(f"Saved in {file}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure what a story and a journey cost.",
        epilog="parts:\n" + "\n".join(f"  {name:<12}{WHAT_IT_IS[name]}" for name in (*PARTS, *BY_HAND)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    everything = "one or more of those below; without any, all but million and lateness: allow a quarter of an hour"
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, *BY_HAND, []], help=everything)
    parser.add_argument("--quick", action="store_true", help="a smoke run; its figures mean nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the files (bench/results)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
