import logging

from local.host.logs import LineFormatter, one_line


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("host", logging.WARNING, "x.py", 1, message, None, info)


def test_a_line_of_the_app_that_is_json_stays_as_it_is() -> None:
    assert LineFormatter().format(record('{"action": "run_advanced"}')) == '{"action": "run_advanced"}'


def test_any_other_line_says_when_how_bad_and_from_where() -> None:
    entry = record("queue is away")
    entry.created = 0.0
    assert LineFormatter().format(entry) == "[1970-01-01T00:00:00.000Z] WARNING host: queue is away"


def test_an_exception_comes_with_its_line() -> None:
    assert LineFormatter().format(record("failed", ValueError("why"))).endswith("failed\nValueError: why")


def test_an_error_of_several_lines_becomes_one() -> None:
    assert one_line(OSError("first\n  second")) == "first second"
    assert one_line(TimeoutError()) == "TimeoutError"
