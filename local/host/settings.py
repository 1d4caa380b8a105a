"""`local.settings.json` and the environment: what an app is configured with on a laptop."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.host.errors import ConfigError

_PLACEHOLDER = re.compile(r"%([^%]+)%")


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file; ConfigError names the file and the line otherwise."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}: line {error.lineno}: {error.msg}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: must be a JSON object")
    return content


def read_local_settings(path: Path) -> dict[str, Any]:
    """The settings file, or nothing where there is none: then the environment has to do."""
    if not path.exists():
        return {}
    settings = read_json(path)
    if settings.get("IsEncrypted"):
        raise ConfigError(f"{path}: is encrypted; run 'func settings decrypt' first")
    for section in ("Values", "Keys"):
        for name, value in settings.get(section, {}).items():
            if not isinstance(value, str):
                raise ConfigError(f"{path}: {section}.{name} must be a string")
    return settings


def apply_to_environment(values: Mapping[str, str]) -> None:
    """Put the settings into the environment as Core Tools does: what is there already wins."""
    development = {"AZURE_FUNCTIONS_ENVIRONMENT": "Development", "FUNCTIONS_WORKER_RUNTIME": "python"}
    for name, value in {**development, **values}.items():
        os.environ.setdefault(name, value)


def resolve(text: str, environment: Mapping[str, str]) -> str:
    """The text with every `%NAME%` replaced by that setting."""

    def replacement(match: re.Match[str]) -> str:
        name = match[1]
        if name not in environment:
            raise ConfigError(f"the setting {name!r}, which {text!r} refers to, is missing")
        return environment[name]

    return _PLACEHOLDER.sub(replacement, text)
