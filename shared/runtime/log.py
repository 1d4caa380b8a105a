"""JSON lines with a fixed action name and fields. Fields are ids and codes, never personal data or secrets."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

_logger = logging.getLogger("carebus")


def info(action: str, **fields: Any) -> None:
    _logger.info(action, extra={"fields": fields})


def warning(action: str, **fields: Any) -> None:
    _logger.warning(action, extra={"fields": fields})


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, action, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname.lower(), "action": record.getMessage()}
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line |= _place(record.exc_info)
        return json.dumps(line, default=_text)


def _place(info: Any) -> dict[str, Any]:
    """Return class and place of an exception without its message, which may quote what a customer sent (I10)."""
    class_, _, trace = info
    return {"exception": class_.__name__ if class_ else "", "trace": traceback.format_tb(trace)}


def _text(value: object) -> str:
    return type(value).__name__ if isinstance(value, BaseException) else str(value)


def configure(level: str = "INFO") -> None:
    """Write our own actions to stderr as JSON; the host passes them on."""
    if _logger.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    _logger.addHandler(handler)
    _logger.setLevel(level)
    _logger.propagate = False
