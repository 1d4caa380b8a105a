"""Import time of the app over that of a bare function app with the same SDKs, in turn, in fresh interpreters."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from rich.progress import track

from bench.part import Bench, Line, Part

ROUNDS, QUICK_ROUNDS = 9, 1
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


async def measure(bench: Bench) -> Part:
    """Run the three in turn, so that what disturbs one disturbs all; seconds are of a whole interpreter."""
    seconds: dict[str, list[float]] = {BARE: [], APP: [], CONNECTED: []}
    for _ in track(range(QUICK_ROUNDS if bench.is_quick else ROUNDS), "Imports", console=bench.console):
        for code, found in seconds.items():
            found.append(_seconds(code))
    # The first round of several fills the disk's cache.
    bare, app, connected = (median(found[1:] or found) for found in seconds.values())
    lines = [
        Line("import, indexed: of a bare function app with the same SDKs", app / bare),
        Line("import, with all clients built", connected / bare),
    ]
    return Part(lines, {"seconds": {"bare": bare, "app": app, "connected": connected}})


def _seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=ENVIRONMENT)
    return time.perf_counter() - began
