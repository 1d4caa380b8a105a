"""The channel sink as a process of its own, for tests that talk to it or kill it."""

import asyncio
import base64
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[2]
ACCESS_KEY = base64.b64encode(b"the channel sink's key in tests").decode()
READY = re.compile(r"listening on (http://\S+) \(smtp (\d+)\)")
START_SECONDS = 30


class RunningSink:
    """A sink that accepts requests at `url`, and mails on `smtp_port` of 127.0.0.1."""

    def __init__(
        self, url: str, smtp_port: int, process: asyncio.subprocess.Process, session: aiohttp.ClientSession
    ) -> None:
        """Take the process and where it listens."""
        self.url = url
        self.smtp_port = smtp_port
        self.process = process
        self._session = session

    @property
    def pid(self) -> int:
        """The process."""
        return self.process.pid

    @property
    def connection_string(self) -> str:
        """What the setting AcsConnection should be."""
        return f"endpoint={self.url};accesskey={ACCESS_KEY}"

    async def inbox(self) -> list[dict[str, Any]]:
        """The accepted messages, newest first."""
        async with self._session.get(f"{self.url}/inbox.json") as answer:
            answer.raise_for_status()
            return list((await answer.json())["messages"])

    async def pending_reports(self) -> int:
        """How many reports the bus has not taken."""
        async with self._session.get(f"{self.url}/health") as answer:
            return int((await answer.json())["pending_reports"])

    async def fail(self, channel: str, mode: str, **more: object) -> None:
        """Plan a failure; `more` is `to`, `times`, `retry_after`, `seconds` or `status`."""
        plan = {"channel": channel, "mode": mode, **more}
        async with self._session.post(f"{self.url}/failures", json=plan) as answer:
            answer.raise_for_status()

    async def engage(self, message_id: str, action: str, **form: str) -> None:
        """Do something about a message: open, click (`url`), report (`status`) or reply (`text`)."""
        async with self._session.post(f"{self.url}/inbox/{message_id}/{action}", data=form) as answer:
            answer.raise_for_status()

    async def kill(self) -> None:
        """Kill -9."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def running_sink(
    *,
    port: int = 0,
    data: Path | None = None,
    servicebus: str | None = None,
    reports_queue: str = "delivery-reports",
    window: float = 300.0,
    log: Path | None = None,
) -> AsyncIterator[RunningSink]:
    """Start a sink and wait until it is ready; `window` is in seconds, its log goes to stderr or a file."""
    options = {
        "--port": str(port),
        "--access-key": ACCESS_KEY,
        "--data": data and str(data),
        "--servicebus": servicebus,
        "--reports-queue": reports_queue,
        "--repeatability-window": str(window),
    }
    arguments = [word for name, value in options.items() if value is not None for word in (name, value)]
    with log.open("ab") if log else nullcontext() as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "local.sink", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=errors
        )
    try:
        async with asyncio.timeout(START_SECONDS):
            url, smtp_port = await read_doors(process)
        async with aiohttp.ClientSession() as session:
            yield RunningSink(url, smtp_port, process, session)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def read_doors(process: asyncio.subprocess.Process) -> tuple[str, int]:
    """The addresses from the line that says the sink is ready; raise if it ended instead."""
    if process.stdout is None:
        raise RuntimeError("the sink was started without a pipe for its output")
    line = (await process.stdout.readline()).decode().strip()
    ready = READY.fullmatch(line)
    if ready is None:
        raise RuntimeError(f"the sink did not start: {line!r}, exit code {await process.wait()}")
    return ready[1], int(ready[2])
