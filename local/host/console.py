"""What passes between the host and who started it: it is there; it shall stop."""

import asyncio
import signal
from pathlib import Path


def announce(url: str, ready_file: Path | None) -> None:
    """Tell people and programs that the host is there."""
    print(f"Host ready on {url}", flush=True)
    if ready_file is not None:
        ready_file.write_text(url + "\n", encoding="utf-8")


def stop_on_signals() -> asyncio.Event:
    """An event that is set when somebody ends the host."""
    stop = asyncio.Event()

    def stopping() -> None:
        print("Stopping: finishing what is in hand.", flush=True)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping)
    return stop
