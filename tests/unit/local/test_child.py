"""One service as a child process."""

import signal
import sys
from pathlib import Path

import pytest

from local.cloud.child import Child, Service
from local.cloud.errors import ServiceEnded

READY_AND_WAITING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
print('listening on 4711', flush=True)
signal.pause()
"""


async def started(code: str, folder: Path) -> Child:
    service = Service("worker", [sys.executable, "-c", code], ready=r"listening on (\d+)")
    return await Child.start(service, folder, folder)


async def test_it_is_ready_when_it_says_so(tmp_path: Path) -> None:
    child = await started(READY_AND_WAITING, tmp_path)
    try:
        assert (await child.until_ready())[1] == b"4711"
    finally:
        await child.stop()


async def test_what_an_earlier_run_printed_makes_nobody_ready(tmp_path: Path) -> None:
    (tmp_path / "worker.log").write_text("listening on 1\n")
    child = await started("raise SystemExit(3)", tmp_path)
    with pytest.raises(ServiceEnded):
        await child.until_ready()


async def test_one_that_ends_before_it_is_ready_says_why(tmp_path: Path) -> None:
    child = await started("import sys; sys.exit('no such queue')", tmp_path)
    with pytest.raises(ServiceEnded, match=r"worker ended with exit code 1(.|\n)*no such queue") as raised:
        await child.until_ready()
    assert raised.value.name == "worker"


async def test_one_that_ends_later_is_noticed(tmp_path: Path) -> None:
    child = await started("print('listening on 1', flush=True); raise SystemExit(7)", tmp_path)
    with pytest.raises(ServiceEnded) as raised:
        await child.ended()
    assert raised.value.code == 7


async def test_it_is_stopped_by_sigint_which_azurite_needs(tmp_path: Path) -> None:
    child = await started(READY_AND_WAITING, tmp_path)
    await child.until_ready()
    await child.stop()
    with pytest.raises(ServiceEnded) as raised:
        await child.ended()
    assert raised.value.code in (-signal.SIGINT, 1)


async def test_stopping_what_has_ended_is_no_error(tmp_path: Path) -> None:
    child = await started("", tmp_path)
    with pytest.raises(ServiceEnded):
        await child.ended()
    await child.stop()
