"""The bench runs through, as a smoke run: what it finds then means nothing, what it counts does.

Left out for their time are latency, history and bus: what they do, the others do, too, or they do little.
"""

import json
import subprocess
import sys
from pathlib import Path

from local.cloud.services import ROOT

PARTS = ("story", "tiles", "tick", "sla", "throughput", "emulator", "imports")


def test_parts_measure_and_are_written_down(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", *PARTS, "--quick", "--results", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(next(tmp_path.glob("*.json")).read_text(encoding="utf-8"))
    assert figures.keys() == set(PARTS)
    gates = {line["what"]: line["value"] for line in figures["story"]["lines"] if line["is_gate"]}
    assert gates["messages a story"] == 9
    assert 39 <= gates["requests a story"] < 44
    for part in ("tiles", "tick", "sla"):
        # A step and a tick ask for the same rows whatever else happens: here a smoke run is as good as a long one.
        assert all(line["value"] == line["exactly"] for line in figures[part]["lines"] if line["is_gate"]), part
    timed = (figures[part]["lines"] for part in ("throughput", "emulator", "imports"))
    assert all(line["value"] > 0 for lines in timed for line in lines)
    assert "<svg" in next(tmp_path.glob("*.svg")).read_text(encoding="utf-8")
