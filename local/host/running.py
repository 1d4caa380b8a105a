"""Running an app in this process, from its files to an exit code."""

import asyncio
import sys
from collections.abc import Callable, Coroutine

from local.host import banner, worker
from local.host.app import App, load_app
from local.host.errors import AppError, ConfigError
from local.host.host import UnfinishedError
from local.host.options import AppOptions


def run_app(options: AppOptions, main: Callable[[App], Coroutine[None, None, None]]) -> int:
    """Load the app and run the coroutine with it: 0, or 1 where it cannot start or something was left unfinished."""
    try:
        with worker.running_worker():
            app = load_app(options.app, options.settings)
            asyncio.run(main(app))
    except AppError as error:
        print(banner.problems_block(error.problems), file=sys.stderr)
        return 1
    except (ConfigError, UnfinishedError, OSError) as error:
        print(f"The host ended: {error}", file=sys.stderr)
        return 1
    return 0
