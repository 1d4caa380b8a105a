"""Settings of the command line: the environment, over the Values of a local.settings.json."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.runtime.errors import MissingSettings
from shared.runtime.settings import CONNECTIONS


def merged(environment: Mapping[str, str], file: Path | None) -> Mapping[str, str]:
    """Return the environment over the file's settings; raises MissingSettings where the file is of no use."""
    return {**(_values(file) if file else {}), **environment}


def require(environment: Mapping[str, str], connections: Sequence[str]) -> None:
    """Raise MissingSettings, naming all connections that are not configured."""
    missing = [
        f"{name} or {name}__{CONNECTIONS[name]}"
        for name in connections
        if not environment.get(name) and not environment.get(f"{name}__{CONNECTIONS[name]}")
    ]
    if missing:
        raise MissingSettings(f"Missing settings: {', '.join(missing)}. Set them, or name a file by --settings.")


def _values(file: Path) -> dict[str, str]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MissingSettings(f"{file}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise MissingSettings(f"{file}: not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise MissingSettings(f"{file}:{error.lineno}: {error.msg}.") from None
    values = content.get("Values", {}) if isinstance(content, dict) else None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise MissingSettings(f"{file}: must be a JSON object whose section Values holds strings.")
    return values
