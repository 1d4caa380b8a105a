"""The API for agents and operators, behind one catch-all function, and the health of this app."""

from functools import cache

import azure.functions as func

from functions.http import HttpBlueprint, answer
from shared import bootstrap
from shared.runtime.errors import Undecodable

blueprint = HttpBlueprint()
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@blueprint.route("api/{*route}", methods=METHODS, auth_level=func.AuthLevel.ANONYMOUS)
async def api(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Answer a request to the API, which asks for a signed-in principal itself."""
    try:
        response: func.HttpResponse = await _middleware().handle_async(req, context)
    except UnicodeDecodeError:  # the adapter decodes the path before the app sees it
        raise Undecodable("not_utf8", "path") from None
    return response


@blueprint.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the worker binds it by name
    """Answer 200 where the settings are complete; asks no other service, so that probes cost nothing."""
    bootstrap.services()
    return answer({"status": "ok"})


@cache
def _middleware() -> func.AsgiMiddleware:
    from shared.api.app import Api

    return func.AsgiMiddleware(Api(bootstrap.services()))
