"""How HTTP functions answer: JSON where all is well, problem+json where it is not, mapped here and nowhere else."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import azure.functions as func

from shared.runtime import codec, log
from shared.runtime.problem import MEDIA_TYPE, Problem, reported

Handler = Callable[..., Awaitable[func.HttpResponse]]


class HttpBlueprint(func.Blueprint):
    """A blueprint whose routes may raise: what they raise is answered as a problem."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def route(self, *args: Any, **kwargs: Any) -> Callable[[Handler], Any]:
        register = super().route(*args, **kwargs)

        def decorate(handler: Handler) -> Any:
            return register(_answering(handler))

        return decorate


def answer(body: object, status: int = 200) -> func.HttpResponse:
    return func.HttpResponse(codec.text(codec.plain(body)), status_code=status, mimetype="application/json")


def _answering(handler: Handler) -> Handler:
    @functools.wraps(handler)
    async def answering(*args: Any, **kwargs: Any) -> func.HttpResponse:
        try:
            return await handler(*args, **kwargs)
        except Exception as error:
            return _refused(reported(error))

    return answering


def _refused(problem: Problem) -> func.HttpResponse:
    kind = problem.kind
    log.info("request_refused", problem=kind.name, status=kind.status)
    return func.HttpResponse(problem.encode(), status_code=kind.status, headers=dict(kind.headers), mimetype=MEDIA_TYPE)
