"""How the sink says no, in the form of Azure Communication Services."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from pydantic import BaseModel, ValidationError

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep what the answer will say."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


class Dropped(Exception):
    """The connection is to be closed without an answer."""


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a refusal into its answer, and a dropped connection into none."""
    try:
        return await handler(request)
    except Refused as no:
        return answered(no)
    except web.RequestPayloadError:
        return answered(Refused(400, "BadRequest", "body: it is not encoded as its headers say."))
    except Dropped:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


def answered(no: Refused) -> web.Response:
    """The refusal as an answer."""
    body = {"error": {"code": no.code, "message": no.message}}
    return web.json_response(body, status=no.status, headers={"x-ms-error-code": no.code, **no.headers})


def parse[Model: BaseModel](model: type[Model], body: bytes) -> Model:
    """The body as `model`; raise Refused that names the wrong fields, never their values."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors()]
        raise Refused(400, "BadRequest", "; ".join(wrong)) from None
