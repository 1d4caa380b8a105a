"""The host's log, on stderr."""

import logging
import sys
from datetime import UTC, datetime


class LineFormatter(logging.Formatter):
    """Time, level and text; a line that is JSON already is the app's own and stays as it is."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record."""
        message = record.getMessage()
        if message.startswith("{"):
            return message
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"[{moment.removesuffix('+00:00')}Z] {record.levelname} {record.name}: {message}{trace}"


def _reported_by_the_host(record: logging.LogRecord) -> bool:
    """Whether the host says the same with the function's name."""
    return record.msg in ("Native invocation failed", "Native sync invocation failed")


def one_line(error: BaseException) -> str:
    """An error's text without line breaks: the SDK's have several."""
    return " ".join(str(error).split()) or type(error).__name__


def configure_logs() -> None:
    """Send everything to stderr: the app's from INFO, the SDKs' from WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("azure").setLevel(logging.WARNING)
    logging.getLogger("azure.functions").addFilter(lambda record: not _reported_by_the_host(record))
