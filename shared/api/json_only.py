"""Which bodies the API takes."""

from fastapi import Request

from shared.api.problems import NOT_JSON
from shared.runtime.problem import Problem


async def json_only(request: Request) -> None:
    """Only JSON: what a form of another site could send is not (and so needs that site's CORS preflight)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(NOT_JSON, "Content-Type is not application/json.")
