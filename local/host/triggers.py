"""What makes a function run, read from the bindings that the worker library hands over as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.host.errors import ConfigError
from local.host.routes import Template
from local.host.schedule import Schedule
from local.host.settings import resolve


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
    """A Service Bus queue, and the name of the setting that says where the bus is."""

    queue: str
    connection: str


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """A schedule."""

    schedule: Schedule
    run_on_startup: bool


type Trigger = HttpTrigger | QueueTrigger | TimerTrigger


@dataclass(frozen=True, slots=True)
class Function:
    """An indexed function: `parameter` is the argument that receives what triggered it."""

    name: str
    id: str
    parameter: str
    trigger: Trigger


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
            schedule = Schedule.parse(resolve(binding["schedule"], environment))
            trigger = TimerTrigger(schedule, bool(binding.get("runOnStartup")))
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
    if (binding.get("cardinality") or "ONE").upper() != "ONE":
        raise ConfigError("batches (cardinality MANY) are not supported by the local host")
    connection = binding["connection"]
    if not any(name in environment for name in (connection, f"{connection}__fullyQualifiedNamespace")):
        raise ConfigError(f"the setting {connection!r} (connection string of the Service Bus) is missing")
    return QueueTrigger(resolve(binding["queueName"], environment), connection)
