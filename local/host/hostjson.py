"""`host.json`: the part of it that this host acts on.

The defaults are those of Flex Consumption and of version 5 of the Service Bus extension
(learn.microsoft.com/azure/azure-functions/functions-host-json, .../functions-bindings-service-bus).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.host.errors import ConfigError
from local.host.settings import read_json
from local.host.timespan import time_span

UNBOUNDED = -1
_LONGEST_BATCH_WAIT = timedelta(minutes=2, seconds=30)
_HTTP = {"routePrefix", "maxOutstandingRequests", "maxConcurrentRequests"}
_SERVICE_BUS = {
    "maxConcurrentCalls",
    "prefetchCount",
    "maxAutoLockRenewalDuration",
    "autoCompleteMessages",
    "maxMessageBatchSize",
    "minMessageBatchSize",
    "maxBatchWaitTime",
}
_USED = {"version", "functionTimeout"}
_USED |= {f"extensions.http.{name}" for name in _HTTP} | {f"extensions.serviceBus.{name}" for name in _SERVICE_BUS}
# What has no meaning on one machine, or only says what other tools shall do: nobody misses it here.
_FOR_THE_CLOUD = {
    "$schema",
    "aggregator",
    "applicationInsights",
    "concurrency",
    "extensionBundle",
    "extensions.http.dynamicThrottlesEnabled",
    "extensions.http.hsts",
    "extensions.serviceBus.maxConcurrentCallsPerSession",
    "extensions.serviceBus.maxConcurrentSessions",
    "extensions.serviceBus.sessionIdleTimeout",
    "healthMonitor",
    "logging",
    "managedDependency",
    "singleton",
    "telemetryMode",
    "watchDirectories",
    "watchFiles",
}


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """`extensions.http`; `UNBOUNDED` requests where nothing is said."""

    route_prefix: str = "api"
    max_outstanding: int = UNBOUNDED
    max_concurrent: int = UNBOUNDED


@dataclass(frozen=True, slots=True)
class ServiceBusOptions:
    """`extensions.serviceBus`; the lock renewal is for single messages, the batch sizes are for batches."""

    max_concurrent_calls: int = 16
    prefetch_count: int = 0
    max_lock_renewal: timedelta = timedelta(minutes=5)
    max_batch: int = 1000
    min_batch: int = 1
    max_batch_wait: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class HostJson:
    """The settings of the host that belong to the app; `unused` names those that have no effect here."""

    http: HttpOptions = HttpOptions()
    service_bus: ServiceBusOptions = ServiceBusOptions()
    function_timeout: timedelta | None = timedelta(minutes=30)
    bundle: dict[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def read_host_json(app: Path) -> HostJson:
    """The app's host.json; an app without one is not a function app."""
    path = app / "host.json"
    if not path.exists():
        raise ConfigError(f"{path}: not found; a function app has one")
    try:
        return _parse(read_json(path))
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def _parse(content: dict[str, Any]) -> HostJson:
    extensions = content.get("extensions", {})
    timeout = content.get("functionTimeout", "00:30:00")
    return HostJson(
        http=_http(extensions.get("http", {})),
        service_bus=_service_bus(extensions.get("serviceBus", {})),
        function_timeout=None if timeout in ("-1", None) else time_span(timeout),
        bundle=content.get("extensionBundle", {}),
        unused=tuple(sorted(_unused(content))),
    )


def _http(section: dict[str, Any]) -> HttpOptions:
    return HttpOptions(
        route_prefix=section.get("routePrefix", "api").strip("/"),
        max_outstanding=_limit(section, "maxOutstandingRequests"),
        max_concurrent=_limit(section, "maxConcurrentRequests"),
    )


def _service_bus(section: dict[str, Any]) -> ServiceBusOptions:
    if section.get("autoCompleteMessages", True) is not True:
        raise ValueError("autoCompleteMessages must be true: a function in Python cannot settle its messages itself")
    options = ServiceBusOptions(
        max_concurrent_calls=_count(section, "maxConcurrentCalls", 16, at_least=1),
        prefetch_count=_count(section, "prefetchCount", 0, at_least=0),
        max_lock_renewal=time_span(section.get("maxAutoLockRenewalDuration", "00:05:00")),
        max_batch=_count(section, "maxMessageBatchSize", 1000, at_least=1),
        min_batch=_count(section, "minMessageBatchSize", 1, at_least=1),
        max_batch_wait=time_span(section.get("maxBatchWaitTime", "00:00:30")),
    )
    if options.min_batch > options.max_batch:
        raise ValueError("minMessageBatchSize must not be more than maxMessageBatchSize")
    if options.max_batch_wait > _LONGEST_BATCH_WAIT:
        raise ValueError(f"maxBatchWaitTime must not be more than half of the longest lock, {_LONGEST_BATCH_WAIT}")
    return options


def _limit(section: dict[str, Any], name: str) -> int:
    return UNBOUNDED if section.get(name) == UNBOUNDED else _count(section, name, UNBOUNDED, at_least=1)


def _count(section: dict[str, Any], name: str, default: int, *, at_least: int) -> int:
    if name not in section:
        return default
    value = section[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}, not {value!r}")
    return value


def _unused(section: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The settings that nobody reads, each by its path; of an extension that is not here, its name is enough."""
    for name, value in section.items():
        path = prefix + name
        if path in _USED or path in _FOR_THE_CLOUD:
            continue
        if path in ("extensions", "extensions.http", "extensions.serviceBus") and isinstance(value, dict):
            yield from _unused(value, f"{path}.")
        else:
            yield path
