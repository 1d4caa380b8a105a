import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.host.errors import ConfigError
from local.host.hostjson import HostJson, ServiceBusOptions, read_host_json, time_span


def read(folder: Path, content: dict[str, Any]) -> HostJson:
    (folder / "host.json").write_text(json.dumps(content), encoding="utf-8")
    return read_host_json(folder)


def test_the_defaults_are_those_of_azure(tmp_path: Path) -> None:
    assert read(tmp_path, {"version": "2.0"}) == HostJson(
        route_prefix="api", service_bus=ServiceBusOptions(16, 0, timedelta(minutes=5))
    )


def test_what_the_app_says_is_taken_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    bus = {"maxConcurrentCalls": 4, "prefetchCount": 2, "maxAutoLockRenewalDuration": "00:01:30"}
    content = {"extensions": {"http": {"routePrefix": ""}, "serviceBus": bus}, "telemetryMode": "OpenTelemetry"}
    assert read(tmp_path, content) == HostJson("", ServiceBusOptions(4, 2, timedelta(seconds=90)))


@pytest.mark.parametrize(
    "bus", [{"maxConcurrentCalls": 0}, {"maxConcurrentCalls": "4"}, {"maxAutoLockRenewalDuration": "5 min"}]
)
def test_a_value_that_cannot_be_used_is_refused(tmp_path: Path, bus: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"host\.json"):
        read(tmp_path, {"extensions": {"serviceBus": bus}})


def test_an_app_without_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not found"):
        read_host_json(tmp_path)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("00:05:00", timedelta(minutes=5)),
        ("1.02:00:00", timedelta(days=1, hours=2)),
        ("00:00:00.5", timedelta(seconds=0.5)),
    ],
)
def test_time_spans_are_those_of_dotnet(text: str, span: timedelta) -> None:
    assert time_span(text) == span
