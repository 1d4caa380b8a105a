import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.host.errors import ConfigError
from local.host.hostjson import UNBOUNDED, HostJson, HttpOptions, ServiceBusOptions, read_host_json


def read(folder: Path, content: dict[str, Any]) -> HostJson:
    (folder / "host.json").write_text(json.dumps(content), encoding="utf-8")
    return read_host_json(folder)


def test_the_defaults_are_those_of_azure(tmp_path: Path) -> None:
    assert read(tmp_path, {"version": "2.0"}) == HostJson(
        http=HttpOptions("api", UNBOUNDED, UNBOUNDED),
        service_bus=ServiceBusOptions(16, 0, timedelta(minutes=5), 1000, 1, timedelta(seconds=30)),
        function_timeout=timedelta(minutes=30),
    )


def test_what_the_app_says_is_taken(tmp_path: Path) -> None:
    bus = {
        "maxConcurrentCalls": 4,
        "prefetchCount": 2,
        "maxAutoLockRenewalDuration": "00:01:30",
        "autoCompleteMessages": True,
        "maxMessageBatchSize": 50,
        "minMessageBatchSize": 5,
        "maxBatchWaitTime": "00:00:10",
    }
    http = {"routePrefix": "", "maxOutstandingRequests": 20, "maxConcurrentRequests": 10}
    said = read(tmp_path, {"functionTimeout": "00:05:00", "extensions": {"http": http, "serviceBus": bus}})
    assert said.http == HttpOptions("", 20, 10)
    assert said.service_bus == ServiceBusOptions(4, 2, timedelta(seconds=90), 50, 5, timedelta(seconds=10))
    assert said.function_timeout == timedelta(minutes=5)
    assert said.unused == ()


def test_a_function_may_run_without_end(tmp_path: Path) -> None:
    assert read(tmp_path, {"functionTimeout": "-1"}).function_timeout is None


def test_what_has_no_effect_here_is_named_and_what_is_for_the_cloud_is_not(tmp_path: Path) -> None:
    bus = {"clientRetryOptions": {"maxRetries": 3}, "maxConcurrentCalls": 4, "maxConcurrentSessions": 8}
    extensions = {"serviceBus": bus, "queues": {"batchSize": 1}, "http": {"customHeaders": {}, "hsts": {}}}
    cloud = {"version": "2.0", "logging": {}, "telemetryMode": "OpenTelemetry", "extensionBundle": {"id": "x"}}
    assert read(tmp_path, {**cloud, "retry": {}, "extensions": extensions}).unused == (
        "extensions.http.customHeaders",
        "extensions.queues",
        "extensions.serviceBus.clientRetryOptions",
        "retry",
    )


@pytest.mark.parametrize(
    "bus",
    [
        {"maxConcurrentCalls": 0},
        {"maxConcurrentCalls": "4"},
        {"maxConcurrentCalls": True},
        {"maxAutoLockRenewalDuration": "5 min"},
        {"autoCompleteMessages": False},
        {"minMessageBatchSize": 20, "maxMessageBatchSize": 10},
        {"maxBatchWaitTime": "00:02:31"},
    ],
)
def test_a_value_that_cannot_be_used_is_refused(tmp_path: Path, bus: dict[str, Any]) -> None:
    (name, *_) = bus
    with pytest.raises(ConfigError, match=rf"host\.json: .*({name}|time span)"):
        read(tmp_path, {"extensions": {"serviceBus": bus}})


def test_an_app_without_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not found"):
        read_host_json(tmp_path)
