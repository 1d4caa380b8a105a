"""A FastAPI app behind a catch-all function."""

from typing import Any

from fastapi import FastAPI, Request, Response

application = FastAPI()


@application.api_route("/asgi/echo/{name:path}", methods=["GET", "POST", "PATCH"])
async def echo(name: str, request: Request, response: Response) -> dict[str, Any]:
    response.set_cookie("first", "1")
    response.set_cookie("second", "2")
    return {
        "name": name,
        "method": request.method,
        "path": request.url.path,
        "query": request.query_params.multi_items(),
        "header": request.headers.get("x-sample"),
        "body": (await request.body()).decode(),
    }
