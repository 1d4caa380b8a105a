"""Running an app in this process, from its files to the end of the process."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import NoReturn

from local.host import banner, worker
from local.host.app import App, load_app
from local.host.errors import AppError, ConfigError
from local.host.grace import UnfinishedError
from local.host.options import AppOptions


def run_app(options: AppOptions, main: Callable[[App], Coroutine[None, None, None]]) -> int:
    """Load the app and run the coroutine with it; 1 where it cannot start.

    Once it has run the process ends: with 0, or with 1 where something was left unfinished.
    """
    try:
        with worker.running_worker():
            app = load_app(options.app, options.settings)
            asyncio.run(_run(main(app)))
    except AppError as error:
        print(banner.problems_block(error.problems), file=sys.stderr)
    except (ConfigError, OSError) as error:
        _report(error)
    return 1


async def _run(main: Coroutine[None, None, None]) -> NoReturn:
    try:
        await main
    except (ConfigError, UnfinishedError, OSError) as error:
        _report(error)
        _leave(1)
    _leave(0)


def _report(error: Exception) -> None:
    print(f"The host ended: {error}", file=sys.stderr)


def _leave(code: int) -> NoReturn:
    """End the process as it is; Azure kills its worker, too.

    An app is not told of the end, and closes nothing: in good order Python would complain of its clients, and wait for
    its threads, for ever if need be.
    """
    with suppress(OSError):  # whoever read what is printed may be gone
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
