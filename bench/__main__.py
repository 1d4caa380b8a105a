"""`make bench`: what a story costs, in operations, in time, in CPU, and over what one could not do without.

python -m bench                       everything, some minutes
python -m bench throughput latency    parts of it
python -m bench million               a queue of a million messages: only when it is named
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
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import bus_speed, emulator, history, imports, latency, million, report, story_costs, throughput
from bench.part import Bench

PARTS = {
    "story": story_costs.measure,
    "throughput": throughput.measure,
    "latency": latency.measure,
    "history": history.measure,
    "emulator": emulator.measure,
    "bus": bus_speed.measure,
    "imports": imports.measure,
}
BY_HAND = {"million": million.measure}
"""Parts that run only when they are named."""
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    options = _parser().parse_args()
    logging.getLogger("azure").setLevel(logging.ERROR)
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="carebus-bench-"))
    try:
        bench = Bench(console, folder, options.quick)
        every = PARTS | BY_HAND
        names = [name for name in every if name in (options.parts or PARTS)]
        parts = {name: asyncio.run(every[name](bench)) for name in names}
    finally:
        shutil.rmtree(folder)
    console.print(report.table(parts))
    for file in report.save(parts, options.results, f"{datetime.now(UTC):%Y%m%d-%H%M%S}"):
        console.print(f"Saved in {file}")
    return int(any(line.is_gate and not line.is_met for part in parts.values() for line in part.lines))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what a story costs.")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", choices=[*PARTS, *BY_HAND, []], help=", ".join([*PARTS, *BY_HAND])
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run; its figures mean nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the files (bench/results)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
