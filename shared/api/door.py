"""The outermost layer of the app: bounds what comes in, and makes a problem of whatever is raised inside."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.api.problems import response_of
from shared.runtime.problem import TOO_LARGE, Problem, reported

MAX_BODY = 64 * 1024
"""Bytes of a command: far more than its longest text."""
MAX_DEFINITIONS = 256 * 1024
"""Bytes of what is published at once: a hundred journeys."""
PUBLISHING = ("POST", "/api/journeys")
MAX_ARTICLE = 256 * 1024
"""Bytes of a knowledge article, however its letters are written."""
ARTICLES = "/api/articles"
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
            await self._app(scope, await _bounded(receive, _limit(scope["method"], scope["path"])), sending)
        except Exception as error:
            await response_of(reported(error))(scope, receive, sending)


def _limit(method: str, path: str) -> int:
    if (method, path) == PUBLISHING:
        return MAX_DEFINITIONS
    return MAX_ARTICLE if path.startswith(ARTICLES) else MAX_BODY


async def _bounded(receive: Receive, limit: int) -> Receive:
    """Read the whole body before anything is made of it; raises Problem (413) as soon as it is too large."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise Problem(TOO_LARGE, f"The body has more than {limit} bytes.")
        more = message.get("more_body", False)
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again
