import json
import os
from pathlib import Path

import pytest

from local.host.errors import ConfigError
from local.host.settings import apply_to_environment, read_local_settings, resolve


def write(folder: Path, content: object) -> Path:
    path = folder / "local.settings.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_missing_file_is_no_settings(tmp_path: Path) -> None:
    assert read_local_settings(tmp_path / "none.json") == {}


def test_values_and_keys_are_read(tmp_path: Path) -> None:
    content = {"IsEncrypted": False, "Values": {"A": "1"}, "Keys": {"default": "k"}, "Host": {"CORS": "*"}}
    assert read_local_settings(write(tmp_path, content)) == content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"IsEncrypted": True}, "is encrypted"),
        ({"Values": {"A": 1}}, r"Values\.A must be a string"),
        ({"Keys": {"default": None}}, r"Keys\.default must be a string"),
        (["A"], "must be a JSON object"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_file(tmp_path: Path, content: object, reason: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ConfigError, match=reason) as refusal:
        read_local_settings(path)
    assert str(path) in str(refusal.value)


def test_broken_json_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "local.settings.json"
    path.write_text('{\n "Values": {,}\n}', encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2"):
        read_local_settings(path)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"A": "from the environment"})
    apply_to_environment({"A": "from the file", "B": "2"})
    assert os.environ == {
        "A": "from the environment",
        "B": "2",
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "FUNCTIONS_WORKER_RUNTIME": "python",
    }


def test_settings_are_filled_in_where_they_are_named() -> None:
    assert resolve("%TEAM%-events-%N%", {"TEAM": "a", "N": "1"}) == "a-events-1"


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(ConfigError, match="'QUEUE'"):
        resolve("%QUEUE%", {})
