"""What came of the SDK's tests, by file."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

OUT_OF_SCOPE = "out of scope: "
_COLUMNS = ("in scope", "passed", "failed", "share", "offline", "out of scope", "skipped")
_KINDS: dict[str, Callable[[str], bool]] = {
    "all synchronous": lambda name: not name.startswith("async_tests"),
    "all asynchronous": lambda name: name.startswith("async_tests"),
    "all": lambda _: True,
}


def summarize(reporter: Any) -> None:
    """Write a table: only tests that met the emulator count as in scope; the others say nothing about it."""
    files: dict[str, Counter[str]] = {}
    for report, outcome in _outcomes(reporter.stats):
        files.setdefault(report.nodeid.partition("::")[0], Counter())[outcome] += 1
    if not files:
        return
    reporter.section("azure-servicebus's own tests against the emulator")
    width = max(map(len, files)) + 2
    reporter.write_line("".ljust(width) + "".join(each.rjust(14) for each in _COLUMNS))
    for name, counts in sorted(files.items()):
        reporter.write_line(name.ljust(width) + _row(counts))
    for kind, belongs in _KINDS.items():
        total = sum((counts for name, counts in files.items() if belongs(name)), Counter[str]())
        reporter.write_line(kind.ljust(width) + _row(total))
    _name_the_failing(reporter)


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
    in_scope = counts["passed"] + counts["failed"]
    share = f"{counts['passed'] / in_scope:.1%}" if in_scope else "-"
    cells = [in_scope, counts["passed"], counts["failed"], share, *(counts[each] for each in _COLUMNS[4:])]
    return "".join(str(each).rjust(14) for each in cells)


def _name_the_failing(reporter: Any) -> None:
    for report in reporter.stats.get("xfailed", []):
        reporter.write_line(f"known to fail: {report.nodeid}: {report.wasxfail.removeprefix('reason: ')}")
