"""Routes raise and are answered: a problem where it was foreseen, and nothing of the inside where it was not."""

import json
import logging
from typing import Any

import azure.functions as func
import pytest

from functions.events import blueprint
from functions.http import HttpBlueprint, answer
from shared import bootstrap
from shared.runtime.errors import Unavailable
from shared.runtime.problem import FieldError, Kind, Problem
from tests.unit.pages.world import ENVIRONMENT

TEAPOT = Kind("teapot", 418, "This is a teapot", "Ask for tea.", {"Retry-After": "7"})
REQUEST = func.HttpRequest("POST", "http://localhost/api/tea", body=b"")

routes = HttpBlueprint()


@routes.route("api/tea", methods=["POST"])
async def tea(req: func.HttpRequest) -> func.HttpResponse:
    return answer({"method": req.method}, 202)


@routes.route("api/coffee")
async def coffee(req: func.HttpRequest) -> func.HttpResponse:
    raise Problem(TEAPOT, "No coffee here.", [FieldError("drink", "must be tea")])


@routes.route("api/away")
async def away(req: func.HttpRequest) -> func.HttpResponse:
    raise Unavailable


@routes.route("api/broken")
async def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("s3cret")


@routes.route("api/health")
async def health(req: func.HttpRequest) -> func.HttpResponse:
    bootstrap.connect({**ENVIRONMENT, "AcsConnection": "endpoint=https://acs.example.org;accesskey=s3cret!"})
    return answer({})


async def answered(route: Any) -> tuple[func.HttpResponse, Any]:
    response: func.HttpResponse = await route(REQUEST)
    return response, json.loads(response.get_body())


async def test_what_a_route_returns_is_answered() -> None:
    response, body = await answered(tea)
    assert (response.status_code, response.mimetype, body) == (202, "application/json", {"method": "POST"})


async def test_a_problem_is_answered_with_its_status_and_headers() -> None:
    response, body = await answered(coffee)
    assert (response.status_code, response.mimetype) == (418, "application/problem+json")
    assert response.headers["Retry-After"] == "7"
    assert (body["type"], body["errors"]) == (
        "urn:carebus:problem:teapot",
        [{"field": "drink", "reason": "must be tea"}],
    )


async def test_an_error_of_ours_is_answered_as_what_it_means() -> None:
    response, body = await answered(away)
    assert (response.status_code, body["title"]) == (503, "A service behind this one is away")
    assert "Retry-After" in response.headers


async def test_an_error_nobody_foresaw_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "carebus"):
        response, body = await answered(broken)
    assert (response.status_code, body["errors"]) == (500, [])
    assert b"s3cret" not in response.get_body()
    [report] = [record for record in caplog.records if record.getMessage() == "unexpected_error"]
    fields = vars(report)["fields"]
    assert fields["error"] == "ValueError"
    assert "in broken" in fields["trace"][-1]
    assert "ValueError: s3cret" not in str(fields)


async def test_a_wrong_setting_is_named_in_the_log_and_its_value_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "carebus"):
        response, body = await answered(health)
    assert (response.status_code, body["title"]) == (500, "This service is not configured")
    [report] = [record for record in caplog.records if record.getMessage() == "not_configured"]
    assert vars(report)["fields"] == {"trouble": "AcsConnection: the access key is not base64."}


def test_the_doors_are_the_three_of_the_design() -> None:
    app = func.FunctionApp()
    app.register_functions(blueprint)
    triggers = [(one.get_function_name(), one.get_trigger()) for one in app.get_functions()]
    doors = {name: trigger.get_dict_repr() for name, trigger in triggers if trigger}
    levels = {name: (door.get("route"), str(door.get("authLevel", ""))) for name, door in doors.items()}
    assert levels == {
        "ingest_http": ("api/events", "FUNCTION"),
        "ingest_webhook": ("api/webhooks/{sender}", "ANONYMOUS"),
        "ingest_bus": (None, ""),
    }
    assert doors["ingest_bus"]["queueName"] == "device-events"
    assert doors["ingest_bus"]["connection"] == "ServiceBusConnection"
