"""What the core may use: decisions compute, and everything else waits only for store, bus, provider and clock."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "shared"

PURE = (
    "shared.cases.decide",
    "shared.cases.transitions",
    "shared.cases.assignment",
    "shared.cases.placing",
    "shared.cases.route",
    "shared.agents.agent",
    "shared.agents.fit",
    "shared.agents.seek",
    "shared.agents.slots",
    "shared.cases.number",
    "shared.cases.measures",
    "shared.devices.alert",
    "shared.devices.guard",
    "shared.devices.recovery",
    "shared.journeys.run",
    "shared.journeys.tiles",
    "shared.journeys.advance",
    "shared.journeys.enter",
    "shared.deliveries.send",
    "shared.deliveries.report",
    "shared.deliveries.consent",
    "shared.cases.coverage",
    "shared.cases.summary",
    "shared.entitlements.decide",
    "shared.entitlements.ledger",
    "shared.knowledge.decide",
)
OUTSIDE = (SHARED / "runtime" / "azure", SHARED / "channels")
"""Where clients of the platform live."""

IMPURE = ("azure", "aiohttp", "asyncio", "uamqp", "requests", "fastapi", "liquid", "ruamel")
IMPORTED = """
import importlib, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ImportError(f"{{name}} is not for decisions")
sys.meta_path.insert(0, Refuse())
importlib.import_module({module!r})
"""

IMPURE_CALLS = {
    "asyncio": {
        "sleep",
        "gather",
        "wait",
        "wait_for",
        "create_task",
        "Lock",
        "Semaphore",
        "Event",
        "Queue",
        "TaskGroup",
    },
    "time": {"sleep", "time", "monotonic"},
    "threading": {"Lock", "Thread", "RLock"},
}
ALLOWED = {("shared/runtime/clock.py", "asyncio.sleep")}
"""The one place that waits."""

UNTIMELY = {"now", "utcnow", "today", "random", "uniform", "choice", "uuid4", "made"}
"""Calls whose answer differs from one replay of a decision to the next (I9)."""


def modules(*left_out: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SHARED.rglob("*.py")):
        if not any(path.is_relative_to(folder) for folder in left_out):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def named(node: ast.expr) -> str:
    """Return `a.b` of an attribute or name, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (root := named(node.value)):
        return f"{root}.{node.attr}"
    return ""


@pytest.mark.parametrize("module", PURE)
def test_a_decision_can_be_imported_where_nothing_can_be_done(module: str) -> None:
    script = IMPORTED.format(names=set(IMPURE), module=module)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("module", PURE)
def test_a_decision_asks_neither_clock_nor_chance(module: str) -> None:
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    calls = {named(node.func).rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert calls & UNTIMELY == set()
    assert "open" not in calls


@pytest.mark.parametrize("module", PURE)
def test_a_decision_waits_for_nothing(module: str) -> None:
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Await)]


def test_only_the_clock_waits_and_nobody_locks() -> None:
    """So that a simulation can step every handler by hand, without an event loop (DESIGN.md 10)."""
    assert {(path, call) for path, tree in modules(*OUTSIDE) for call in _impure(tree)} == ALLOWED


def _impure(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (name := named(node)):
            library, _, member = name.partition(".")
            if member in IMPURE_CALLS.get(library, ()):
                yield name
        if isinstance(node, ast.ImportFrom) and node.module in IMPURE_CALLS:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


OFFENDING = """
import asyncio
from threading import Lock

async def f():
    await asyncio.gather()
    async with asyncio.Lock():
        pass
"""


def test_the_walk_sees_what_it_looks_for() -> None:
    assert set(_impure(ast.parse(OFFENDING))) == {"asyncio.gather", "asyncio.Lock", "threading.Lock"}


def test_only_the_clock_tells_the_time() -> None:
    tellers = {
        path
        for path, tree in modules(*OUTSIDE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and named(node.func) in {"datetime.now", "datetime.utcnow", "time.time"}
    }
    assert tellers == {"shared/runtime/clock.py"}
