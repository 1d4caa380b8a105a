"""Results as JSON, one object for each scenario."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shared.runtime.codec import plain
from shared.scenarios.result import Result
from shared.scenarios.rows import Letter, RunRow


def report(results: Sequence[Result]) -> str:
    """An array with an object for each scenario."""
    return json.dumps([_object(result) for result in results], indent=2, ensure_ascii=False) + "\n"


def _object(result: Result) -> Mapping[str, Any]:
    scenario, outcome = result.scenario, result.outcome
    return {
        "scenario": scenario.name,
        "journey": scenario.journey,
        "file": scenario.file,
        "line": scenario.line,
        "holds": result.holds,
        "starts": scenario.starts.isoformat(),
        "ended_at": outcome.ended_at.astimezone(scenario.starts.tzinfo).isoformat(),
        "timeline": [plain(entry) for entry in outcome.entries],
        "runs": [_run(run) for run in outcome.runs],
        "messages": [_letter(letter) for letter in outcome.letters],
        "expectations": [plain(verdict) for verdict in result.verdicts],
    }


def _run(run: RunRow) -> Mapping[str, Any]:
    waiting = plain(run.waiting) if run.waiting else None
    return {
        "id": run.id,
        "journey": run.journey,
        "contact": run.contact,
        "status": run.status,
        "reason": run.reason,
        "path": list(run.path),
        "waiting": {name: waiting[name] for name in ("tile", "until")} if waiting else None,
    }


def _letter(letter: Letter) -> Mapping[str, Any]:
    content = plain(letter.outgoing) if letter.outgoing else {}
    return {
        "contact": letter.contact,
        "channel": letter.channel,
        "state": letter.state,
        "reason": letter.reason,
        "language": letter.language,
        **plain(letter.request),
        **content,
        "times": plain(dict(letter.times)),
    }
