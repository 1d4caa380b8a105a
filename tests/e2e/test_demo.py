"""`make demo`, as a newcomer runs it."""

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.e2e.processes import ROOT, Program

USUAL_PORTS = (5672, 7071, 10002)


@pytest.fixture
def usual_ports_taken() -> Iterator[None]:
    """Occupy what the tools of this trade listen on; a port that somebody else has is taken, too."""
    with ExitStack() as stack:
        for port in USUAL_PORTS:
            taken = stack.enter_context(socket.socket())
            with suppress(OSError):
                taken.bind(("127.0.0.1", port))
                taken.listen()
        yield


def runs() -> set[str]:
    return {folder.name for folder in (ROOT / ".data").glob("demo-*")}


def test_every_check_of_the_story_holds_while_the_usual_ports_are_taken(
    program: Program, usual_ports_taken: None
) -> None:
    before = runs()
    program.start("local.demo")
    code, text = program.wait(), program.text()
    assert code == 0, text
    assert "✗" not in text
    assert text.count("✓") == 19
    assert "\x1b" not in text, "colours are for terminals"
    assert program.alive() == {}
    assert runs() <= before, "a demo that went well leaves nothing behind"


def test_a_demo_that_is_interrupted_stops_everything_and_fails(program: Program) -> None:
    before = runs()
    program.start("local.demo")
    program.until_printed("Publishing")
    program.interrupt()
    assert program.wait() == 128 + signal.SIGINT
    assert program.alive() == {}
    assert "Traceback" not in program.text()
    assert runs() <= before
