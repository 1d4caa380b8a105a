"""`make bench`: what a story costs, in operations counted from outside, and what importing the app costs."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import imports, story_costs

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    console = Console()
    costs = asyncio.run(story_costs.measure(console))
    story_costs.show(costs, console)
    times = imports.measure(console)
    imports.show(times, console)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps({"story": costs.figures(), "imports": times.figures()}, indent=2))
    console.print(f"The figures are in {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}.")
    return 0 if costs.within_gate() else 1


if __name__ == "__main__":
    sys.exit(main())
