"""What came of the SDK's tests, by file."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

AT_LEAST = 0.95
"""What must pass of the tests in scope, of each kind."""
OUT_OF_SCOPE = "out of scope: "
_COLUMNS = ("in scope", "passed", "failed", "share", "offline", "out of scope", "skipped")
_KINDS: dict[str, Callable[[str], bool]] = {
    "all synchronous": lambda name: not name.startswith("async_tests"),
    "all asynchronous": lambda name: name.startswith("async_tests"),
    "all": lambda _: True,
}


def summarize(reporter: Any) -> None:
    """Write a table: only tests that met the emulator count as in scope; the others say nothing about it."""
    files = count(reporter.stats)
    if not files:
        return
    reporter.section("azure-servicebus's own tests against the emulator")
    width = max(map(len, files)) + 2
    reporter.write_line("".ljust(width) + "".join(each.rjust(14) for each in _COLUMNS))
    for name, counts in sorted(files.items()):
        reporter.write_line(name.ljust(width) + _row(counts))
    for kind, counts in _kinds(files):
        reporter.write_line(kind.ljust(width) + _row(counts))
    _name_the_failing(reporter)


def count(stats: dict[str, list[Any]]) -> dict[str, Counter[str]]:
    """Return outcomes by file."""
    files: dict[str, Counter[str]] = {}
    for report, outcome in _outcomes(stats):
        files.setdefault(report.nodeid.partition("::")[0], Counter())[outcome] += 1
    return files


def below(files: dict[str, Counter[str]]) -> list[str]:
    """Say of which kind too few tests pass, known to fail or not; where none is in scope, that is too few."""
    return [
        f"{kind}: {_share(counts):.1%} of the tests in scope pass, {AT_LEAST:.0%} must"
        for kind, counts in _kinds(files)
        if _share(counts) < AT_LEAST
    ]


def _kinds(files: dict[str, Counter[str]]) -> Iterator[tuple[str, Counter[str]]]:
    for kind, belongs in _KINDS.items():
        yield kind, sum((counts for name, counts in files.items() if belongs(name)), Counter[str]())


def _outcomes(stats: dict[str, list[Any]]) -> Iterator[tuple[Any, str]]:
    for report in stats.get("passed", []) + stats.get("xpassed", []):
        if report.when == "call":
            yield report, "passed" if _met_the_emulator(report) else "offline"
    for report in stats.get("failed", []) + stats.get("error", []) + stats.get("xfailed", []):
        yield report, "failed"
    for report in stats.get("skipped", []):
        yield report, "out of scope" if OUT_OF_SCOPE in str(report.longrepr) else "skipped"


def _met_the_emulator(report: Any) -> bool:
    return "namespace" in dict(report.user_properties)["needs"]


def _row(counts: Counter[str]) -> str:
    in_scope = _in_scope(counts)
    share = f"{_share(counts):.1%}" if in_scope else "-"
    cells = [in_scope, counts["passed"], counts["failed"], share, *(counts[each] for each in _COLUMNS[4:])]
    return "".join(str(each).rjust(14) for each in cells)


def _in_scope(counts: Counter[str]) -> int:
    return counts["passed"] + counts["failed"]


def _share(counts: Counter[str]) -> float:
    return counts["passed"] / _in_scope(counts) if _in_scope(counts) else 0.0


def _name_the_failing(reporter: Any) -> None:
    for report in reporter.stats.get("xfailed", []):
        reporter.write_line(f"known to fail: {report.nodeid}: {report.wasxfail.removeprefix('reason: ')}")
