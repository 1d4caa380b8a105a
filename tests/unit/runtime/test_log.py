"""Log lines: one JSON object each, with what their writer meant to say and nothing an exception may quote."""

import ast
import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from shared.runtime import log

ROOT = Path(__file__).parents[3]


class Lines:
    """What our logger writes while a test runs."""

    def __init__(self) -> None:
        self.stream = StringIO()

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    written = Lines()
    handler = logging.StreamHandler(written.stream)
    handler.setFormatter(log.JsonFormatter())
    logger = logging.getLogger("carebus")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel("INFO")
    yield written
    logger.setLevel(level)
    logger.removeHandler(handler)


def test_a_line_has_time_level_action_and_fields(lines: Lines) -> None:
    log.info("run_advanced", run="r1", tile="tell")
    log.warning("rejected", reason="malformed_json")
    first, second = lines.read()
    assert first.pop("time").endswith("+00:00")
    assert first == {"level": "info", "action": "run_advanced", "run": "r1", "tile": "tell"}
    assert (second["level"], second["reason"]) == ("warning", "malformed_json")


def test_a_line_stays_one_line(lines: Lines) -> None:
    log.info("applied", message='with "quotes",\nbreaks and ü')
    [line] = lines.read()
    assert line["message"] == 'with "quotes",\nbreaks and ü'


def test_an_exception_is_told_by_its_class_and_place_and_never_by_its_message(lines: Lines) -> None:
    number = "+4930123456"
    try:
        float(f"no {number}")
    except ValueError as error:
        log.warning("went_wrong", error=error)
        logging.getLogger("carebus").exception("went_wrong")
    assert number not in lines.stream.getvalue()
    as_field, as_exception = lines.read()
    assert as_field["error"] == as_exception["exception"] == "ValueError"
    assert "test_log.py" in as_exception["trace"][0]


def logged(call: ast.Call) -> bool:
    """Tell whether this is a call of our log's functions."""
    named = call.func
    return isinstance(named, ast.Attribute) and isinstance(named.value, ast.Name) and named.value.id == "log"


def calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("shared", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and logged(node) and node.func.attr in ("info", "warning"):  # type: ignore[attr-defined]
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_actions_are_fixed_words_and_fields_are_named() -> None:
    found = dict(calls())
    assert len(found) > 5
    for place, call in found.items():
        [action] = call.args
        assert isinstance(action, ast.Constant), place
        assert all(keyword.arg is not None for keyword in call.keywords), f"{place} passes on fields unseen"


def test_no_field_is_the_text_of_an_exception() -> None:
    texts = ("str(error)", "repr(error)", "str(trouble)", "repr(trouble)", "error.args", "format_exc()")
    for place, call in calls():
        assert not [text for text in texts if text in ast.unparse(call)], place


def test_configuring_twice_writes_once() -> None:
    logger = logging.getLogger("carebus")
    before = list(logger.handlers)
    logger.handlers.clear()
    try:
        log.configure()
        log.configure()
        assert len(logger.handlers) == 1
        assert not logger.propagate
    finally:
        logger.handlers[:] = before
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
