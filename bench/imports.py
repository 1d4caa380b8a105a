"""Import time of the app over that of a bare function app with the same SDKs, in turn, in fresh interpreters."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import track

ROUNDS = 9
ROOT = Path(__file__).parents[1]
BARE = """
import azure.functions as func, azure.servicebus.aio, azure.data.tables.aio, aiohttp, pydantic
app = func.FunctionApp()
"""
APP = "import function_app; function_app.app.get_functions()"
CONNECTED = APP + "; import os; from shared import bootstrap; bootstrap.connect(os.environ)"
ENVIRONMENT = {
    "PATH": "",
    "ServiceBusConnection": "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;",
    "TablesConnection": "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:1/a;",
    "AcsConnection": "endpoint=http://127.0.0.1:1;accesskey=YQ==",
    "CAREBUS_PUBLIC_URL": "http://127.0.0.1:1",
    "CAREBUS_LINK_KEYS": "k1:00000000000000000000000000000000",
    "CAREBUS_SENDERS": "{}",
    "CAREBUS_SMS_FROM": "+10000000000",
    "CAREBUS_EMAIL_FROM": "a@example.com",
}


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of a whole interpreter, the median of all rounds."""

    bare: float
    app: float
    connected: float

    def figures(self) -> dict[str, Any]:
        return {
            "rounds": ROUNDS,
            "bare_seconds": self.bare,
            "app_over_bare": self.app / self.bare,
            "connected_over_bare": self.connected / self.bare,
        }


def measure(console: Console) -> Times:
    """Run the three in turn, so that what disturbs one disturbs all."""
    seconds: dict[str, list[float]] = {BARE: [], APP: [], CONNECTED: []}
    for _ in track(range(ROUNDS), "Imports", console=console):
        for code, found in seconds.items():
            found.append(_seconds(code))
    return Times(*(median(found[1:]) for found in seconds.values()))


def show(times: Times, console: Console) -> None:
    figures = times.figures()
    console.print(f"Import, indexed: {figures['app_over_bare']:.2f} times a bare function app with the same SDKs")
    console.print(f"Import, with all clients built: {figures['connected_over_bare']:.2f} times")


def _seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=ENVIRONMENT)
    return time.perf_counter() - began
