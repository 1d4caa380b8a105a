"""The outermost layer of the app: bounds what comes in, and makes a problem of whatever is raised inside."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.api.problems import response_of
from shared.runtime.problem import TOO_LARGE, Problem, reported

MAX_BODY = 64 * 1024
"""Bytes of a command: far more than its longest text."""
HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Door:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        try:
            await self._app(scope, await _bounded(receive), sending)
        except Exception as error:
            await response_of(reported(error))(scope, receive, sending)


async def _bounded(receive: Receive) -> Receive:
    """Read the whole body before anything is made of it; raises Problem (413) as soon as it is too large."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise Problem(TOO_LARGE, f"The body has more than {MAX_BODY} bytes.")
        more = message.get("more_body", False)
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again
