"""The local clouds that are measured: set up once, then copied, so that all begin alike."""

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from bench.driver import Driver
from bench.part import Bench
from local.cloud import services
from local.cloud.child import Service
from local.cloud.cloud import Cloud, HostService, running_cloud
from local.cloud.seed import DEFINITIONS, carebus
from local.cloud.settings import environment_for
from local.story.crowd import people, register

JOURNEYS = ("critical-device-error", "case-status-update")
"""The two of the story; a third one that waits costs what its waits cost."""
PEOPLE, QUICK_PEOPLE = 100, 30
READY = r"Host ready on (http://\S+)"


def service(module: str, *arguments: object) -> HostService:
    """Return a module as what answers in the host's place; it says so with the host's words."""

    def started(settings: Path, port: int) -> Service:
        command = [sys.executable, "-u", "-m", module, *map(str, arguments)]
        where = ["--settings", str(settings), "--port", str(port)]
        return Service("host", [*command, *where], READY, environment_for(settings))

    return started


@asynccontextmanager
async def running(folder: Path, host: HostService = services.host) -> AsyncIterator[tuple[Cloud, Driver]]:
    """Run the cloud whose data are in the folder, with a driver for it."""
    async with running_cloud(folder, host=host) as cloud, Driver.connected(cloud) as driver:
        yield cloud, driver


async def base(bench: Bench) -> Path:
    """Return the folder of a stopped cloud that has journeys and people; copy it before it is used."""
    folder = bench.folder / "base"
    if not folder.exists():
        bench.console.print("Setting up a local cloud to copy ...")
        async with running(folder) as (cloud, driver):
            await cloud.during(_set_up(cloud, driver, QUICK_PEOPLE if bench.is_quick else PEOPLE))
    return folder


async def _set_up(cloud: Cloud, driver: Driver, number_of_people: int) -> None:
    """Publish the journeys of the story, and make everybody known."""
    definitions = cloud.folder / "definitions"
    shutil.copytree(DEFINITIONS, definitions)
    for file in (definitions / "journeys").iterdir():
        if file.stem not in JOURNEYS:
            file.unlink()
    await carebus(cloud.settings, "publish", str(definitions), "--wait")
    before = await driver.sent()
    await register(driver.bus, people(number_of_people))
    await driver.until_quiet(before, messages=2 * number_of_people)


def copied(stopped: Path, name: str) -> Path:
    """Return a copy of a stopped cloud's folder."""
    return Path(shutil.copytree(stopped, stopped.parent / name))


def worker_cpu(cloud: Cloud) -> float:
    """Return the seconds of CPU that the process behind HTTP and queues has used so far."""
    times = psutil.Process(cloud.children[-1].pid).cpu_times()
    return times.user + times.system
