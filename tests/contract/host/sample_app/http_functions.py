"""HTTP functions of the sample app, each for one thing that a host must do."""

import asyncio
import json
from contextvars import ContextVar

import azure.functions as func
from asgi_app import application  # type: ignore[import-not-found]

ANONYMOUS = func.AuthLevel.ANONYMOUS
blueprint = func.Blueprint()
asgi = func.AsgiMiddleware(application)
left_over = ContextVar("left_over", default="unset")
opened, released = asyncio.Event(), asyncio.Event()


def _seen(name: str, req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "function": name,
        "method": req.method,
        "url": req.url,
        "params": dict(req.route_params),
        "query": dict(req.params),
        "headers": dict(req.headers),
        "body": req.get_body().decode("latin-1"),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


@blueprint.route(route="orders/{id:int}", methods=["GET"], auth_level=ANONYMOUS)
async def order(req: func.HttpRequest) -> func.HttpResponse:
    return _seen("order", req)


@blueprint.route(route="orders/{name}", methods=["GET", "POST"], auth_level=ANONYMOUS)
async def order_by_name(req: func.HttpRequest) -> func.HttpResponse:
    return _seen("order_by_name", req)


@blueprint.route(route="orders/latest", methods=["GET"], auth_level=ANONYMOUS)
def latest_order(req: func.HttpRequest) -> func.HttpResponse:
    return _seen("latest_order", req)


@blueprint.route(route="orders/{id:int}/items/{item?}", methods=["GET", "PUT"], auth_level=ANONYMOUS)
async def item(req: func.HttpRequest) -> func.HttpResponse:
    return _seen("item", req)


@blueprint.route(route="files/{*rest}", methods=["GET"], auth_level=ANONYMOUS)
async def file(req: func.HttpRequest) -> func.HttpResponse:
    return _seen("file", req)


@blueprint.route(route="guarded", auth_level=func.AuthLevel.FUNCTION)
async def guarded(req: func.HttpRequest) -> func.HttpResponse:
    return _seen("guarded", req)


@blueprint.route(route="master", auth_level=func.AuthLevel.ADMIN)
async def master(req: func.HttpRequest) -> func.HttpResponse:
    return _seen("master", req)


@blueprint.route(route="answer", auth_level=ANONYMOUS)
async def answer(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse(b"\x00\xff", status_code=418, mimetype="application/octet-stream")
    response.headers.add("X-Sample", "yes")
    response.headers.add("Set-Cookie", "a=1; Path=/; HttpOnly")
    response.headers.add("Set-Cookie", "b=2; Secure")
    return response


@blueprint.route(route="text", auth_level=ANONYMOUS)
async def plain(req: func.HttpRequest) -> str:
    return "plain text"


@blueprint.route(route="status/{code:int}", auth_level=ANONYMOUS)
async def status(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=int(req.route_params["code"]))


@blueprint.route(route="boom", auth_level=ANONYMOUS)
async def boom(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("the secret reason")


@blueprint.route(route="cancelled", auth_level=ANONYMOUS)
async def cancelled(req: func.HttpRequest) -> func.HttpResponse:
    raise asyncio.CancelledError


@blueprint.route(route="slow", auth_level=ANONYMOUS)
async def slow(req: func.HttpRequest) -> func.HttpResponse:
    """Says that it started by a file, and ends when told to by another function."""
    opened.set()
    await released.wait()
    return func.HttpResponse("finished")


@blueprint.route(route="slow/started", auth_level=ANONYMOUS)
async def slow_started(req: func.HttpRequest) -> func.HttpResponse:
    await opened.wait()
    return func.HttpResponse()


@blueprint.route(route="slow/release", auth_level=ANONYMOUS)
async def slow_release(req: func.HttpRequest) -> func.HttpResponse:
    """Lets `slow` end a moment later, so that a test can stop the host first."""
    asyncio.get_running_loop().call_later(0.5, released.set)
    return func.HttpResponse()


@blueprint.route(route="asgi/{*route}", auth_level=ANONYMOUS)
async def mounted(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    response: func.HttpResponse = await asgi.handle_async(req, context)
    return response


@blueprint.route(route="nothing-returned", auth_level=ANONYMOUS)
async def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None  # type: ignore[return-value]


@blueprint.route(route="context", auth_level=ANONYMOUS)
async def context(req: func.HttpRequest) -> func.HttpResponse:
    """Says what the invocation before left in a context variable."""
    found = left_over.get()
    left_over.set("left over")
    return func.HttpResponse(found)
