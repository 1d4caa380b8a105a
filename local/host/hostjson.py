"""`host.json`: the part of it that this host acts on; everything else there is for the cloud."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.host.errors import ConfigError
from local.host.settings import read_json

_TIME_SPAN = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d+):(?P<minutes>\d+):(?P<seconds>\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class ServiceBusOptions:
    """`extensions.serviceBus`, with the defaults of the extension's version 5."""

    max_concurrent_calls: int = 16
    prefetch_count: int = 0
    max_lock_renewal: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class HostJson:
    """The settings of the host that belong to the app."""

    route_prefix: str = "api"
    service_bus: ServiceBusOptions = ServiceBusOptions()


def read_host_json(app: Path) -> HostJson:
    """The app's host.json; an app without one is not a function app."""
    path = app / "host.json"
    if not path.exists():
        raise ConfigError(f"{path}: not found; a function app has one")
    try:
        return _parse(read_json(path))
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def time_span(text: str) -> timedelta:
    """A .NET time span, `[days.]hours:minutes:seconds`."""
    match = _TIME_SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a time span like 00:05:00")
    return timedelta(**{unit: float(value) for unit, value in match.groupdict("0").items()})


def _parse(content: dict[str, Any]) -> HostJson:
    extensions = content.get("extensions", {})
    bus = extensions.get("serviceBus", {})
    options = ServiceBusOptions(
        max_concurrent_calls=_count(bus, "maxConcurrentCalls", 16, at_least=1),
        prefetch_count=_count(bus, "prefetchCount", 0, at_least=0),
        max_lock_renewal=time_span(bus.get("maxAutoLockRenewalDuration", "00:05:00")),
    )
    return HostJson(extensions.get("http", {}).get("routePrefix", "api").strip("/"), options)


def _count(section: dict[str, Any], name: str, default: int, *, at_least: int) -> int:
    value = section.get(name, default)
    if not isinstance(value, int) or value < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}, not {value!r}")
    return value
