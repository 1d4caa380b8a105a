"""JSON lines with a fixed action name and fields. Fields are ids and codes, never personal data or secrets."""

import json
import logging
import sys
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
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(level: str = "INFO") -> None:
    """Write our own actions to stderr as JSON; the host passes them on."""
    if _logger.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    _logger.addHandler(handler)
    _logger.setLevel(level)
    _logger.propagate = False
