"""A function app, read and indexed: all that the host needs to know of it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.host import worker
from local.host.hostjson import HostJson, read_host_json
from local.host.settings import apply_to_environment, read_local_settings
from local.host.triggers import Function


@dataclass(frozen=True, slots=True)
class App:
    """The functions of a folder, its host.json, and the keys that callers must carry."""

    folder: Path
    functions: Sequence[Function]
    host_json: HostJson
    keys: dict[str, str]


def load_app(folder: Path, settings_file: Path) -> App:
    """The app, with its settings in the environment; AppError or ConfigError where it cannot run."""
    settings = read_local_settings(settings_file)
    apply_to_environment(settings.get("Values", {}))
    host_json = read_host_json(folder)
    os.chdir(folder)  # where functions run in Azure, too
    functions = worker.index(folder, host_json, os.environ)
    return App(folder, functions, host_json, settings.get("Keys", {}))
