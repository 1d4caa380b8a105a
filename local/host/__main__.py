"""`python -m local.host`: run a function app on this machine."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from local.host import banner, worker
from local.host.errors import AppError, ConfigError
from local.host.host import UnfinishedError, running_triggers, serve_http
from local.host.hostjson import HostJson, read_host_json
from local.host.keys import Keys
from local.host.logs import configure_logs
from local.host.settings import apply_to_environment, read_local_settings
from local.host.triggers import Function


def main() -> int:
    """Run until told to stop; 0 then, 1 where the app cannot start or something was left unfinished."""
    options = _options()
    configure_logs()
    app = options.app.resolve()
    ready_file = options.ready_file.absolute() if options.ready_file else None
    try:
        settings = read_local_settings(app / options.settings)
        apply_to_environment(settings.get("Values", {}))
        host_json = read_host_json(app)
        os.chdir(app)  # where functions run in Azure, too
        with worker.running_worker():
            functions = worker.index(app, host_json, os.environ)
            keys = settings.get("Keys", {})
            asyncio.run(_run(functions, host_json, keys, options.port, options.max_body, ready_file))
    except AppError as error:
        print(banner.problems_block(error.problems), file=sys.stderr)
        return 1
    except (ConfigError, UnfinishedError, OSError) as error:
        print(f"The host ended: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(
    functions: list[Function],
    host_json: HostJson,
    keys: dict[str, str],
    port: int,
    max_body: int,
    ready_file: Path | None,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = await serve_http(functions, Keys(keys), port, max_body)
    closing: asyncio.Task[None] | None = None
    try:
        async with running_triggers(functions, host_json, os.environ):
            _announce(functions, keys, runner, ready_file)
            await stop.wait()
            print("Stopping: finishing what is in hand.", flush=True)
            # At the same time as the triggers, which stop when this block is left.
            closing = asyncio.create_task(runner.cleanup())
    finally:
        await (closing or runner.cleanup())


def _announce(functions: list[Function], keys: dict[str, str], runner: web.AppRunner, ready_file: Path | None) -> None:
    url = "http://{}:{}".format(*runner.addresses[0])
    print(banner.functions_table(functions, url))
    if warning := banner.missing_keys(functions, keys):
        print(warning)
    print(f"Host ready on {url}", flush=True)
    if ready_file is not None:
        ready_file.write_text(url + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Run a function app on this machine.")
    parser.add_argument("--app", type=Path, default=Path(), help="folder with function_app.py and host.json (.)")
    parser.add_argument("--port", type=int, default=7071, help="HTTP port on 127.0.0.1, 0 for a free one (7071)")
    parser.add_argument(
        "--settings", type=Path, default=Path("local.settings.json"), help="settings file, relative to the app"
    )
    parser.add_argument("--max-body", type=int, default=1024**2, help="most bytes of a request body (1 MiB)")
    parser.add_argument("--ready-file", type=Path, help="file to write the base URL into once ready")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
