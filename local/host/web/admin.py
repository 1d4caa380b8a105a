"""The host's own pages under `/admin`, in the shapes of the real one (HostController, FunctionsController).

As in Azure they want the master key, `_master`; Core Tools want none.
"""

import asyncio
import json
import logging
import os
import platform
import time
from datetime import timedelta
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from aiohttp import web

from local.host import worker
from local.host.app import App
from local.host.datum import Datum, document, text
from local.host.timing.monitor import Monitor
from local.host.timing.timers import timer_request
from local.host.triggers import AuthLevel, Function, HttpTrigger, QueueTrigger, TimerTrigger
from local.host.web.keys import Keys

_STARTED = time.monotonic()
_log = logging.getLogger("host.admin")


class Admin:
    """Says what runs, and runs functions by hand."""

    def __init__(self, app: App, keys: Keys, monitor: Monitor) -> None:
        self._app = app
        self._keys = keys
        self._monitor = monitor
        self._functions = {function.name.lower(): function for function in app.functions}
        self.by_hand: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """What aiohttp is to route here."""
        return [
            web.get("/admin/host/ping", self._ping),
            web.post("/admin/host/ping", self._ping),
            web.get("/admin/host/status", self._status),
            web.get("/admin/functions", self._list),
            web.get("/admin/functions/{name}", self._show),
            web.post("/admin/functions/{name}", self._run),
        ]

    async def _ping(self, _: web.Request) -> web.Response:
        return web.Response(headers={"Cache-Control": "no-store"})

    async def _status(self, request: web.Request) -> web.Response:
        self._admit(request)
        runtime = version("azure-functions-runtime")
        status: dict[str, Any] = {
            "id": sha256(str(self._app.folder).encode()).hexdigest()[:32],
            "state": "Running",
            "version": f"local ({runtime})",
            "versionDetails": f"local.host, azure-functions-runtime {runtime}, Python {platform.python_version()}",
            "instanceId": str(os.getpid()),
            "computerName": platform.node(),
            "processUptime": round(timedelta(seconds=time.monotonic() - _STARTED) / timedelta(milliseconds=1)),
            "functionAppContentEditingState": "NotAllowed",
            "functions": len(self._functions),
        }
        if bundle := self._app.host_json.bundle:
            status["extensionBundle"] = bundle
        return web.json_response(status)

    async def _list(self, request: web.Request) -> web.Response:
        self._admit(request)
        return web.json_response([_described(function, request) for function in self._app.functions])

    async def _show(self, request: web.Request) -> web.Response:
        self._admit(request)
        return web.json_response(_described(self._named(request), request))

    async def _run(self, request: web.Request) -> web.Response:
        """Start a function with what the body has as `input`; the answer does not wait for its end."""
        self._admit(request)
        function = self._named(request)
        trigger, metadata = self._input(function, await _said(request))
        task = asyncio.create_task(_invoke(function, trigger, metadata))
        self.by_hand.add(task)
        task.add_done_callback(self.by_hand.discard)
        return web.Response(status=202)

    def _input(self, function: Function, said: str) -> tuple[Datum, dict[str, Datum]]:
        match function.trigger:
            case TimerTrigger(use_monitor=monitored):
                return timer_request(self._monitor.read(function.name) if monitored else None, past_due=False), {}
            case QueueTrigger(many=False):
                return text(said), {"UserProperties": document({}), "ApplicationProperties": document({})}
            case QueueTrigger():
                raise web.HTTPBadRequest(text="A function that takes batches cannot be run by hand, in Azure neither.")
            case HttpTrigger(template):
                raise web.HTTPBadRequest(text=f"Call it by its URL, /{template.text}.")

    def _admit(self, request: web.Request) -> None:
        if not self._keys.admits(AuthLevel.ADMIN, presented_key(request)):
            raise web.HTTPUnauthorized

    def _named(self, request: web.Request) -> Function:
        found = self._functions.get(request.match_info["name"].lower())
        if found is None:
            raise web.HTTPNotFound
        return found


def presented_key(request: web.Request) -> str | None:
    """The key that a request carries."""
    return request.headers.get("x-functions-key") or request.query.get("code")


async def _said(request: web.Request) -> str:
    body = await request.read()
    try:
        said = json.loads(body).get("input", "") if body else ""
    except (ValueError, AttributeError):
        raise web.HTTPBadRequest(text='The body must be JSON: {"input": "..."}') from None
    return said if isinstance(said, str) else json.dumps(said)


async def _invoke(function: Function, trigger: Datum, metadata: dict[str, Datum]) -> None:
    try:
        await worker.invoke(function, trigger, metadata)
    except worker.InvocationError as error:
        _log.error("%s\n%s", error, error.trace)


def _described(function: Function, request: web.Request) -> dict[str, Any]:
    base = f"{request.scheme}://{request.host}"
    trigger = function.trigger
    return {
        "name": function.name,
        "href": f"{base}/admin/functions/{function.name}",
        "invoke_url_template": f"{base}/{trigger.template.text}" if isinstance(trigger, HttpTrigger) else None,
        "language": "python",
        "isDisabled": False,
        "config": {"name": function.name, "bindings": list(function.bindings)},
    }
