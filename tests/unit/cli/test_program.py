"""The program itself: settings, exit codes, help, and what it prints of hostile values."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.cli.output import legible, printable
from tests.unit.cli.laptop import DEFINITIONS, Laptop, written

ROOT = Path(__file__).parents[3]
OWN = ("TablesConnection", "ServiceBusConnection", "CAREBUS_SETTINGS")


def program(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in OWN} | settings
    command = [sys.executable, "-m", "shared.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_all_missing_settings_are_named_in_one_line(tmp_path: Path) -> None:
    path = written(tmp_path, "d.csv", "device_id,contact_id,model\n")
    missing = Laptop().carebus("import", "devices", path, "--wait", environment={})
    assert missing.exit_code == 2
    [line] = missing.stderr.splitlines()
    assert "ServiceBusConnection or ServiceBusConnection__fullyQualifiedNamespace" in line
    assert "TablesConnection or TablesConnection__endpoint" in line


def test_an_identity_is_a_connection_too() -> None:
    environment = {"TablesConnection__endpoint": "https://x.table.core.windows.net"}
    assert Laptop().carebus("cases", "list", environment=environment).exit_code == 0


def test_a_settings_file_counts_where_the_environment_has_nothing(tmp_path: Path) -> None:
    values = {"TablesConnection": "from the file", "CAREBUS_DEFINITIONS_CACHE_SECONDS": "nonsense"}
    path = written(tmp_path, "local.settings.json", json.dumps({"Values": values}))
    ended = program("publish", str(DEFINITIONS), CAREBUS_SETTINGS=path, CAREBUS_DEFINITIONS_CACHE_SECONDS="1")
    assert (ended.returncode, ended.stderr) == (2, "TablesConnection is not a connection string.\n")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{\n!", ":2: Expecting property name enclosed in double quotes."),
        ("[]", ": must be a JSON object whose section Values holds strings."),
        ('{"Values": {"a": 1}}', ": must be a JSON object whose section Values holds strings."),
        (b"\xff", ": not UTF-8."),
    ],
)
def test_a_settings_file_of_no_use_is_told(tmp_path: Path, content: str | bytes, told: str) -> None:
    path = written(tmp_path, "s.json", content)
    ended = program("--settings", path, "cases", "list")
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{path}{told}\n")


def test_a_settings_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = program("--settings", str(tmp_path / "no.json"), "cases", "list")
    assert (ended.returncode, ended.stderr) == (2, f"{tmp_path}/no.json: No such file or directory.\n")


@pytest.mark.parametrize(("name", "concern"), [("TablesConnection", "cases"), ("ServiceBusConnection", "deadletters")])
def test_a_secret_in_a_wrong_connection_is_not_printed(name: str, concern: str) -> None:
    ended = program(concern, "list", **{name: "Endpoint=sb://127.0.0.1:1;SharedAccess=zQ9secret"})
    assert (ended.returncode, ended.stderr) == (2, f"{name} is not a connection string.\n")


@pytest.mark.parametrize(
    "concern", ["", "import", "contacts", "cases", "deliveries", "unmatched", "rejected", "deadletters"]
)
def test_help_lists_commands(concern: str) -> None:
    helped = Laptop().done(*concern.split(), "--help")
    assert "Commands" in helped


@pytest.mark.parametrize(
    "command",
    ["validate", "publish", "simulate", "import contacts", "import devices", "contacts consent", "cases list",
     "cases show", "cases resolve", "deliveries list", "unmatched list", "unmatched replay", "rejected list",
     "rejected show", "rejected redrive", "deadletters list", "deadletters redrive"],
)  # fmt: skip
def test_every_command_has_an_example(command: str) -> None:
    assert f"Example: carebus {command}" in Laptop().done(*command.split(), "--help")


def test_help_loads_neither_an_sdk_nor_the_features() -> None:
    code = "import sys; from shared.cli.app import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    loaded = {name for name in printed.splitlines()[-1].split() if name.startswith(("azure", "pydantic", "shared."))}
    assert {name for name in loaded if not name.startswith("shared.cli")} == set()


def test_values_are_printed_in_one_line_that_cannot_steer_the_terminal() -> None:
    assert legible("a\x1b[31mb\nc\x9b") == "a [31mb c "
    assert legible(None) == ""
    assert printable("a\x07\nb") == "a \nb"
