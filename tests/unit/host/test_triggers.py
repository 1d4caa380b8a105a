from typing import Any

import pytest

from local.host.errors import ConfigError
from local.host.triggers import AuthLevel, HttpTrigger, QueueTrigger, TimerTrigger, Trigger, read_trigger

ENVIRONMENT = {"Bus": "Endpoint=sb://localhost", "Cloud__fullyQualifiedNamespace": "x.example", "QUEUE": "orders"}


def read(*bindings: dict[str, Any], prefix: str = "") -> Trigger:
    return read_trigger([{"name": "it", "direction": "IN", **binding} for binding in bindings], prefix, ENVIRONMENT)[1]


def queue(**changes: Any) -> dict[str, Any]:
    return {"type": "serviceBusTrigger", "queueName": "work", "connection": "Bus"} | changes


def test_a_route_gets_the_prefix_of_the_app() -> None:
    trigger = read({"type": "httpTrigger", "route": "orders", "methods": ["get"]}, {"type": "http"}, prefix="api")
    assert isinstance(trigger, HttpTrigger)
    assert (trigger.template.text, trigger.methods) == ("api/orders", frozenset({"GET"}))


@pytest.mark.parametrize(
    ("said", "level"),
    [("ANONYMOUS", AuthLevel.ANONYMOUS), ("Admin", AuthLevel.ADMIN), (None, AuthLevel.FUNCTION)],
)
def test_a_route_without_a_level_wants_a_function_key(said: str | None, level: AuthLevel) -> None:
    trigger = read({"type": "httpTrigger", "route": "x", "authLevel": said})
    assert isinstance(trigger, HttpTrigger)
    assert trigger.auth_level is level


def test_a_queue_may_be_named_by_a_setting() -> None:
    assert read(queue(queueName="%QUEUE%")) == QueueTrigger("orders", "Bus")


def test_a_queue_may_come_in_batches() -> None:
    assert read(queue(cardinality="many")) == QueueTrigger("work", "Bus", many=True)


def test_a_connection_may_be_an_identity() -> None:
    assert read(queue(connection="Cloud")) == QueueTrigger("work", "Cloud")


def test_a_timer_has_its_schedule() -> None:
    trigger = read({"type": "timerTrigger", "schedule": "0 * * * * *", "runOnStartup": True})
    assert isinstance(trigger, TimerTrigger)
    assert (trigger.schedule.text, trigger.run_on_startup) == ("0 * * * * *", True)


@pytest.mark.parametrize(
    ("schedule", "said", "used"),
    [
        ("0 * * * * *", None, True),
        ("30 * * * * *", True, True),
        ("0 * * * * *", False, False),
        ("*/5 * * * * *", True, False),
        ("10,20,45 * * * * *", None, False),
        ("* 30 * * * *", None, True),
        ("* * 12 * * MON", None, True),
        ("0 0 * * *", None, True),
    ],
)
def test_a_timer_is_monitored_unless_it_says_otherwise_or_comes_all_the_time(
    schedule: str, said: bool | None, used: bool
) -> None:
    trigger = read({"type": "timerTrigger", "schedule": schedule, "useMonitor": said})
    assert isinstance(trigger, TimerTrigger)
    assert trigger.use_monitor is used


@pytest.mark.parametrize(
    ("bindings", "reason"),
    [
        ([queue(connection="Nowhere")], "'Nowhere'"),
        ([queue(queueName="%NONE%")], "'NONE'"),
        ([queue(isSessionsEnabled=True)], "sessions"),
        ([queue(autoCompleteMessages=False)], "autoCompleteMessages"),
        ([{"type": "serviceBusTrigger", "topicName": "t", "connection": "Bus"}], "topic"),
        ([queue(), {"type": "serviceBus", "queueName": "x"}], "'serviceBus'"),
        ([{"type": "blobTrigger"}], "'blobTrigger'"),
        ([{"type": "timerTrigger", "schedule": "often"}], "'often'"),
    ],
)
def test_what_the_host_cannot_do_is_refused_by_name(bindings: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        read(*bindings)
