"""What makes a function run, read from the bindings that the worker library hands over as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from local.host.errors import ConfigError
from local.host.settings import resolve
from local.host.timing.schedule import Schedule
from local.host.web.routes import Template


class AuthLevel(StrEnum):
    """Which key a request must carry: none, any host key, or the master key."""

    ANONYMOUS = "anonymous"
    FUNCTION = "function"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class HttpTrigger:
    """A route with its methods; no methods means all."""

    template: Template
    methods: frozenset[str]
    auth_level: AuthLevel


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """A Service Bus queue, and the name of the setting that says where the bus is; `many` wants batches."""

    queue: str
    connection: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """A schedule; with `use_monitor` a run that was missed is made up for."""

    schedule: Schedule
    run_on_startup: bool
    use_monitor: bool = True


type Trigger = HttpTrigger | QueueTrigger | TimerTrigger


@dataclass(frozen=True, slots=True)
class Function:
    """An indexed function: `parameter` is the argument that receives what triggered it; without `timeout`, no end."""

    name: str
    id: str
    parameter: str
    trigger: Trigger
    timeout: timedelta | None = None
    bindings: tuple[Mapping[str, Any], ...] = ()


def read_trigger(
    bindings: Sequence[Mapping[str, Any]], route_prefix: str, environment: Mapping[str, str]
) -> tuple[str, Trigger]:
    """The parameter name and the trigger among a function's bindings; ConfigError for what this host cannot do."""
    triggers = [binding for binding in bindings if binding["type"].endswith("Trigger")]
    for binding in bindings:
        if binding not in triggers and binding["type"] != "http":
            raise ConfigError(f"bindings of type {binding['type']!r} are not supported by the local host")
    (binding,) = triggers
    match binding["type"]:
        case "httpTrigger":
            trigger: Trigger = _http(binding, route_prefix)
        case "serviceBusTrigger":
            trigger = _queue(binding, environment)
        case "timerTrigger":
            trigger = _timer(binding, environment)
        case other:
            raise ConfigError(f"triggers of type {other!r} are not supported by the local host")
    return binding["name"], trigger


def _http(binding: Mapping[str, Any], route_prefix: str) -> HttpTrigger:
    methods: Iterable[str] = binding.get("methods") or ()
    return HttpTrigger(
        template=Template.parse(f"{route_prefix}/{binding.get('route', '')}"),
        methods=frozenset(method.upper() for method in methods),
        auth_level=AuthLevel((binding.get("authLevel") or "function").lower()),
    )


def _queue(binding: Mapping[str, Any], environment: Mapping[str, str]) -> QueueTrigger:
    if "queueName" not in binding:
        raise ConfigError("topic subscriptions are not supported by the local host, only queues")
    if binding.get("isSessionsEnabled"):
        raise ConfigError("sessions are not supported by the local host")
    if binding.get("autoCompleteMessages") is False:
        raise ConfigError("autoCompleteMessages must be true: a function in Python cannot settle its messages itself")
    connection = binding["connection"]
    if not any(name in environment for name in (connection, f"{connection}__fullyQualifiedNamespace")):
        raise ConfigError(f"the setting {connection!r} (connection string of the Service Bus) is missing")
    many = (binding.get("cardinality") or "ONE").upper() == "MANY"
    return QueueTrigger(resolve(binding["queueName"], environment), connection, many)


def _timer(binding: Mapping[str, Any], environment: Mapping[str, str]) -> TimerTrigger:
    schedule = Schedule.parse(resolve(binding["schedule"], environment))
    use_monitor = binding.get("useMonitor") is not False and not schedule.is_frequent
    return TimerTrigger(schedule, bool(binding.get("runOnStartup")), use_monitor)
