"""The pytest plugin that lets the SDK's tests run against the emulator, and tells what came of them."""

import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus._transport._pyamqp_transport import PyamqpTransport
from azure.servicebus.aio._transport._pyamqp_transport_async import PyamqpTransportAsync

from tests.cloud.servicebus import Emulator
from tests.sdk import stand_ins
from tests.sdk.namespace import namespace, start_emulator
from tests.sdk.preparers import NEEDS
from tests.sdk.report import OUT_OF_SCOPE, below, count, summarize
from tests.sdk.scope import Scope, find, read_scope

FOLDER = "folder_of_the_namespace"

stand_ins.install()


def pytest_configure(config: pytest.Config) -> None:
    """Register what starts the emulator, in the process that starts the others, or does all by itself."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Host())


class Host:
    """Runs the emulator while tests run."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._emulator: Emulator | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a process where to write its queues, before it starts."""
        node.workerinput[FOLDER] = self._folder.name

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Start the emulator once the first process knows all queues."""
        if self._emulator is None:
            self._emulator = start_emulator(Path(self._folder.name))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Do both where there is but one process."""
        if session.items and not session.config.option.collectonly:
            namespace.write(Path(self._folder.name))
            self.pytest_xdist_node_collection_finished()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Stop the emulator; it must have lived until now, and enough must have passed."""
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if session.exitstatus == pytest.ExitCode.OK and _shortfall(session.config, reporter):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._emulator is not None and (code := self._emulator.stop()):
            raise pytest.UsageError(f"the emulator ended with {code}")
        self._folder.cleanup()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down the queues where others start the emulator."""
    if hasattr(session.config, "workerinput"):
        namespace.write(Path(session.config.workerinput[FOLDER]))


@pytest.fixture(scope="session")
def test_proxy() -> None:
    """Stand for the proxy that records what tests do with a real namespace."""


@pytest.fixture(autouse=True)
def _mended_sdk() -> Iterator[None]:
    """Take back what a test puts in place of the SDK's own functions and leaves there."""
    kept = {transport: dict(vars(transport)) for transport in (PyamqpTransport, PyamqpTransportAsync)}
    yield
    for transport, members in kept.items():
        for name in vars(transport).keys() - members.keys():
            delattr(transport, name)
        for name, member in members.items():
            if vars(transport)[name] is not member:
                setattr(transport, name, member)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark what is out of scope and what is known to fail; let the slowest of the tests that were asked for begin."""
    scope = read_scope()
    if set(scope.files) <= {item.path.relative_to(item.config.rootpath).as_posix() for item in items}:
        _refuse_rules_about_nothing(scope, items)
    for item in items:
        _mark(scope, item)
    yield
    items[:] = _dealt(sorted(items, key=lambda item: scope.rank(_name(item))), _workers(items))


def _dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Order tests, which come with the slowest in front, so that these begin at once and hold up nothing.

    Each worker first gets a stretch of the list (one more test for the last ones, where it does not come out even),
    and what is next behind a running test is not taken away from it: so a stretch begins with a slow test and goes on
    with one that waits for nothing.
    """
    quick = [item for item in items if "namespace" not in _needs(item)][:workers]
    rest = [item for item in items if item not in quick]
    order = rest[:workers] + quick + rest[workers:]
    even = len(order) // workers * workers
    last = [*[None] * (workers - len(order) + even), *order[even:]]
    return [item for start in range(workers) for item in (*order[start:even:workers], last[start]) if item]


def _workers(items: list[pytest.Item]) -> int:
    config: Any = items[0].config if items else None
    return config.workerinput["workercount"] if hasattr(config, "workerinput") else 1


def _refuse_rules_about_nothing(scope: Scope, items: list[pytest.Item]) -> None:
    names = {_name(item) for item in items}
    kinds = frozenset[str]().union(*(_needs(item) for item in items))
    if unused := [each for rule in scope.rules() for each in rule.unused(names, kinds)]:
        raise pytest.UsageError(f"scope.yaml is about tests that do not exist: {', '.join(unused)}")


def _mark(scope: Scope, item: pytest.Item) -> None:
    """Mark a test by the list alone; its authors let some fail for errors of the service that they see now and then."""
    item.own_markers = [mark for mark in item.own_markers if mark.name != "xfail"]
    name, needs = _name(item), _needs(item)
    item.user_properties.append(("needs", sorted(needs)))
    if rule := find(scope.out_of_scope, name, needs):
        item.add_marker(pytest.mark.skip(reason=OUT_OF_SCOPE + rule.reason))
    elif rule := find(scope.expected_failures, name, needs):
        item.add_marker(pytest.mark.xfail(reason=rule.reason, strict=True))


def _name(item: pytest.Item) -> str:
    return getattr(item, "originalname", item.name)


def _needs(item: pytest.Item) -> frozenset[str]:
    return getattr(getattr(item, "function", None), NEEDS, frozenset[str]())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell the results by file."""
    summarize(terminalreporter)
    for line in _shortfall(config, terminalreporter):
        terminalreporter.write_line(line, red=True)


def _shortfall(config: pytest.Config, reporter: Any) -> list[str]:
    """Say where too few tests pass; a part of them says nothing about that."""
    results = count(reporter.stats)
    is_part = config.option.keyword or config.option.markexpr or not set(read_scope().files) <= results.keys()
    return [] if is_part else below(results)
