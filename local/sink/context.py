"""What every route of the sink shares: the sink itself, and the signature check."""

from aiohttp import web

from local.sink.authentication import authenticate
from local.sink.refusal import Handler, Refused
from local.sink.service import Sink

SINK: web.AppKey[Sink] = web.AppKey("sink", Sink)


def signed(versions: tuple[str, ...], handler: Handler) -> Handler:
    """The handler behind the access-key check, for the documented versions of its API."""

    async def checked(request: web.Request) -> web.StreamResponse:
        sink, body = request.app[SINK], await request.read()
        authenticate(sink.key, request.method, request.raw_path, request.headers, body, sink.now())
        if request.query.get("api-version") not in versions:
            known = ", ".join(versions)
            raise Refused(400, "UnsupportedApiVersion", f"api-version must be one of {known}.")
        return await handler(request)

    return checked
