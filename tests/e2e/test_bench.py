"""The bench runs through, as a smoke run: what it finds then means nothing, what it counts does."""

import json
import subprocess
import sys
from pathlib import Path

from local.cloud.services import ROOT

PARTS = {"story", "throughput", "latency", "history", "emulator", "bus", "imports"}


def test_every_part_measures_and_is_written_down(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--results", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(next(tmp_path.glob("*.json")).read_text(encoding="utf-8"))
    assert figures.keys() == PARTS
    assert all(line["value"] > 0 for part in figures.values() for line in part["lines"])
    assert "<svg" in next(tmp_path.glob("*.svg")).read_text(encoding="utf-8")
