"""The app as the platform sees it: these functions with these triggers, and nothing happens at import."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from azure.functions.decorators.function_app import Function

from function_app import app
from tests.unit.bodies import BODIES

ROOT = Path(__file__).parents[2]

QUEUES = {
    "start_journeys": "trigger-events",
    "advance_run": "journey-steps",
    "apply_case_command": "case-commands",
    "apply_contact_command": "contact-commands",
    "send_sms": "send-sms",
    "send_email": "send-email",
    "send_push": "send-push",
    "apply_report": "delivery-reports",
    "ingest_bus": "device-events",
    "check_sla": "sla-checks",
}
ROUTES = {
    "ingest_http": ("api/events", {"POST"}, "FUNCTION"),
    "take_activity": ("api/activities", {"POST"}, "FUNCTION"),
    "ingest_webhook": ("api/webhooks/{sender}", {"POST"}, "ANONYMOUS"),
    "show_ticket": ("t/{token}", {"GET", "HEAD"}, "ANONYMOUS"),
    "api": ("api/{*route}", {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, "ANONYMOUS"),
    "health": ("health", {"GET"}, "ANONYMOUS"),
}
TIMERS = {"tick_journeys": "0 * * * * *", "sla_tick": "0 * * * * *"}

WATCHED = """
import socket, sys, threading, time

def refuse(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"):
        raise SystemExit(f"{event} at import")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        raise SystemExit(f"wrote {args[0]} at import")

sys.dont_write_bytecode = True
sys.addaudithook(refuse)
import function_app
names = [function.get_function_name() for function in function_app.app.get_functions()]
assert threading.active_count() == 1, "a thread was started at import"
print(*sorted(names))
"""


@cache
def triggers() -> dict[str, dict[str, Any]]:
    """Index the app, which can be done once a process."""
    functions = app.get_functions()
    return {str(function.get_function_name()): _trigger(function) for function in functions}


def _trigger(function: Function) -> dict[str, Any]:
    trigger = function.get_trigger()
    assert trigger is not None
    found: dict[str, Any] = trigger.get_dict_repr()
    return found


def test_the_app_has_exactly_these_functions() -> None:
    assert triggers().keys() == QUEUES.keys() | ROUTES.keys() | TIMERS.keys()


@pytest.mark.parametrize(("name", "queue"), list(QUEUES.items()))
def test_a_queue_is_handled_by_its_function(name: str, queue: str) -> None:
    trigger = triggers()[name]
    assert (trigger["type"], trigger["queueName"]) == ("serviceBusTrigger", queue)
    assert trigger["connection"] == "ServiceBusConnection"


def test_every_message_travels_on_a_queue_that_is_handled() -> None:
    assert {body.queue for body in BODIES} <= set(QUEUES.values())


def test_every_queue_that_is_handled_is_there() -> None:
    config = json.loads((ROOT / "infra" / "servicebus.config.json").read_text(encoding="utf-8"))
    [namespace] = config["UserConfig"]["Namespaces"]
    assert set(QUEUES.values()) <= {queue["Name"] for queue in namespace["Queues"]}


@pytest.mark.parametrize(("name", "door"), list(ROUTES.items()))
def test_a_route_is_answered_by_its_function(name: str, door: tuple[str, set[str], str]) -> None:
    trigger = triggers()[name]
    methods = {getattr(method, "name", method) for method in trigger["methods"]}
    assert (trigger["route"], methods, trigger["authLevel"].name) == door


@pytest.mark.parametrize(("name", "schedule"), list(TIMERS.items()))
def test_a_timer_ticks_as_it_says(name: str, schedule: str) -> None:
    assert (triggers()[name]["type"], triggers()[name]["schedule"]) == ("timerTrigger", schedule)


def test_an_import_needs_no_settings_and_does_nothing() -> None:
    """An exception at import makes all functions vanish; a client made there would be the wrong process's."""
    keep = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=ROOT, env=keep, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == sorted({*QUEUES, *ROUTES, *TIMERS})
