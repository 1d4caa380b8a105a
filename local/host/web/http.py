"""HTTP triggers: aiohttp in front, functions behind.

Differs from Azure where Azure is at odds with RFC 9110: a method that no function of the path has is 405, there it
is 404 (Azure/azure-functions-host issue 10098). Differs from Core Tools in asking for keys.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from http.cookies import SimpleCookie
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from local.host import worker
from local.host.datum import Datum, http_request
from local.host.hostjson import HttpOptions
from local.host.triggers import Function, HttpTrigger
from local.host.web.admin import Admin, presented_key
from local.host.web.keys import Keys
from local.host.web.routes import MethodNotAllowed, Route, RouteTable
from local.host.web.throttle import Throttle, TooBusyError

# Those below announce another one (RFC 9110, 15.2), and clients understand three digits.
_FIRST_FINAL, _LAST = 200, 999
_log = logging.getLogger("host.http")


class HttpFront:
    """Answers requests by the functions whose routes they match."""

    def __init__(self, functions: Iterable[Function], keys: Keys, options: HttpOptions) -> None:
        self._keys = keys
        self._throttle = Throttle(options)
        self.in_hand: set[asyncio.Task[Datum | None]] = set()
        self._table = RouteTable(
            Route(function.trigger.template, function.trigger.methods, (function, function.trigger))
            for function in functions
            if isinstance(function.trigger, HttpTrigger)
        )

    def application(self, admin: Admin, max_body: int) -> web.Application:
        """The aiohttp application; a body of more than `max_body` bytes is 413."""
        application = web.Application(client_max_size=max_body)
        application.add_routes(admin.routes())
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.Response:
        found = self._table.find(request.method, request.rel_url.raw_path)
        if found is None:
            return web.Response(status=404)
        if isinstance(found, MethodNotAllowed):
            return web.Response(status=405, headers={"Allow": ", ".join(sorted(found.allowed))})
        (function, trigger), params = found
        if not self._keys.admits(trigger.auth_level, presented_key(request)):
            return web.Response(status=401)
        try:
            async with self._throttle.place():
                datum = await _datum(request, params)
                return await self._invoke(function, datum, request.headers.get("traceparent", ""))
        except TooBusyError:
            return web.Response(status=429)

    async def _invoke(self, function: Function, request: Datum, trace_parent: str) -> web.Response:
        # A connection serves all its requests in one task; each invocation has one of its own.
        invocation = asyncio.create_task(worker.invoke(function, request, {}, trace_parent))
        self.in_hand.add(invocation)
        invocation.add_done_callback(self.in_hand.discard)
        try:
            # Whoever waits here may be cancelled when the host stops: that this was not finished is to be known.
            return _response(function, await asyncio.shield(invocation))
        except worker.InvocationError as error:
            _log.error("%s\n%s", error, error.trace)
            return web.Response(status=500)


async def _datum(request: web.Request, params: Mapping[str, str]) -> Datum:
    return http_request(
        method=request.method,
        url=f"{request.scheme}://{request.host}{request.rel_url.raw_path_qs}",
        headers=_joined((name.lower(), value) for name, value in request.headers.items()),
        params=params,
        query=_joined(request.query.items()),
        body=await request.read(),
    )


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One value a name, repeated ones joined by commas: so the cloud's host hands them over."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _response(function: Function, returned: Datum | None) -> web.Response:
    if returned is None or returned.type != "http":
        return web.Response(text=str(returned.value) if returned is not None else "")
    answer: dict[str, Any] = returned.value
    status = int(answer["status_code"].value)
    if not _FIRST_FINAL <= status <= _LAST:
        reason = f"{status} cannot be the status of an answer, {_FIRST_FINAL} to {_LAST} can"
        raise worker.InvocationError(function.name, reason, "")
    headers = CIMultiDict((name, datum.value) for name, datum in answer["headers"].items())
    # aiohttp frames the body itself; what the function says about that could break the connection.
    for name in ("Content-Length", "Transfer-Encoding"):
        headers.popall(name, None)
    cookies: Iterable[SimpleCookie] = answer["cookies"] or ()
    headers.extend(("Set-Cookie", morsel.OutputString()) for cookie in cookies for morsel in cookie.values())
    return web.Response(status=status, headers=headers, body=answer["body"].value)
