"""The command line of the host, and of the workers that it starts."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AppOptions:
    """Which app to run, and how; paths are absolute."""

    app: Path
    settings: Path
    max_body: int
    state: Path | None

    def arguments(self) -> list[str]:
        """The same options as words of a command line."""
        words = ["--app", str(self.app), "--settings", str(self.settings), "--max-body", str(self.max_body)]
        return [*words, "--state", str(self.state)] if self.state else words


@dataclass(frozen=True, slots=True)
class HostOptions:
    """What the host is asked for, beside the app."""

    app: AppOptions
    port: int
    workers: int
    reload: bool
    ready_file: Path | None


def add_app_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that host and workers share."""
    parser.add_argument("--app", type=Path, default=Path(), help="folder with function_app.py and host.json (.)")
    parser.add_argument(
        "--settings", type=Path, default=Path("local.settings.json"), help="settings file, relative to the app"
    )
    parser.add_argument("--max-body", type=int, default=1024**2, help="most bytes of a request body (1 MiB)")
    parser.add_argument(
        "--state", type=Path, help="folder to remember timer runs in, to make up for what a stopped host missed"
    )


def app_options(arguments: argparse.Namespace) -> AppOptions:
    """What was said about the app."""
    app = arguments.app.resolve()
    state = arguments.state.absolute() if arguments.state else None
    return AppOptions(app, app / arguments.settings, arguments.max_body, state)


def host_options(words: list[str] | None = None) -> HostOptions:
    """The options of `python -m local.host`; ends the process where they make no sense."""
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Run a function app on this machine.")
    add_app_arguments(parser)
    parser.add_argument("--port", type=int, default=7071, help="HTTP port on 127.0.0.1, 0 for a free one (7071)")
    parser.add_argument("--workers", type=_at_least_one, default=1, help="processes that run the app (1)")
    parser.add_argument("--reload", action="store_true", help="start anew when the app's code or settings change")
    parser.add_argument("--ready-file", type=Path, help="file to write the base URL into once ready")
    said = parser.parse_args(words)
    ready_file = said.ready_file.absolute() if said.ready_file else None
    return HostOptions(app_options(said), said.port, said.workers, said.reload, ready_file)


def _at_least_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
