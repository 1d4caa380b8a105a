import argparse
from pathlib import Path

import pytest

from local.host.options import add_app_arguments, app_options, host_options


def test_a_worker_is_given_the_app_as_the_host_was() -> None:
    said = host_options(["--app", "tests", "--settings", "other.json", "--state", "kept", "--max-body", "5"])
    parser = argparse.ArgumentParser()
    add_app_arguments(parser)
    assert app_options(parser.parse_args(said.app.arguments())) == said.app
    assert said.app.settings == Path("tests/other.json").resolve()
    assert said.app.state == Path("kept").absolute()


def test_there_is_one_worker_and_no_reload_unless_asked_for() -> None:
    said = host_options([])
    assert (said.workers, said.reload, said.port, said.app.state) == (1, False, 7071, None)


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_fewer_workers_than_one_are_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        host_options(["--workers", number])
    assert "--workers" in capsys.readouterr().err
