"""The API as one FastAPI app, made on the first request: importing it costs more than most functions do."""

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from shared.api import (
    activities,
    agents,
    article_commands,
    articles,
    case_assignment,
    case_commands,
    case_opening,
    case_process,
    case_sla,
    case_stats,
    case_summary,
    case_work,
    cases,
    contacts,
    deliveries,
    entitlement_commands,
    entitlements,
    journey_commands,
    journeys,
    operations,
    publishing,
    push_subscriptions,
    queues,
    tasks,
    timelines,
)
from shared.api.door import Door
from shared.api.problems import on_http_error, on_invalid
from shared.api.services import SERVICES, Services
from shared.runtime.problem import MEDIA_TYPE

CONCERNS = (
    activities,
    case_stats,
    cases,
    case_opening,
    case_commands,
    case_work,
    case_process,
    case_summary,
    case_assignment,
    queues,
    agents,
    case_sla,
    contacts,
    timelines,
    push_subscriptions,
    deliveries,
    operations,
    journeys,
    publishing,
    journey_commands,
    tasks,
    entitlements,
    entitlement_commands,
    articles,
    article_commands,
)

PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors", "next"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
        "next": {"type": "string", "description": "What to do now."},
        "allowed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The commands that it takes instead.",
        },
    },
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": "Not done; the problem says why.", "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
    for status in ("4XX", "5XX")
}


class Api:
    """The app over these services, as ASGI; it keeps no state of its own."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _routes()({**scope, "state": {**scope.get("state", {}), SERVICES: self._services}}, receive, send)


@cache
def _routes() -> FastAPI:
    """Return the routes, for whichever services: the first request of each costs a hundred times what others do."""
    app = FastAPI(
        title="Carebus",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={RequestValidationError: on_invalid, HTTPException: on_http_error},
        responses=PROBLEMS,
    )
    for concern in CONCERNS:
        app.include_router(concern.router)
    for changing in (case_work, case_process):
        app.include_router(changing.commands)
    app.add_middleware(Door)
    return app
