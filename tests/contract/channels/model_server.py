"""A server that speaks OpenAI's protocol as far as we use it, and answers as a test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(slots=True)
class ModelServer:
    """Its answers, first to last; the last one is given again and again."""

    answers: list[Mapping[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""

    async def complete(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.get("never"):
            await asyncio.Event().wait()
        return web.Response(
            status=answer.get("status", 200),
            body=answer["body"],
            headers={"Content-Type": "application/json", **answer.get("headers", {})},
        )


def said(content: object, finish_reason: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """An answer of the model; what is no text is put into words as JSON."""
    text = content if isinstance(content, str) else json.dumps(content)
    message = {"role": "assistant", "content": text, "refusal": refusal}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    return {"body": json.dumps({"id": "c-1", "object": "chat.completion", "model": "m", "choices": [choice]}).encode()}


def failing(status: int, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"status": status, "body": b'{"error": {"message": "no"}}', "headers": named}


@asynccontextmanager
async def serving(*answers: Mapping[str, Any]) -> AsyncIterator[ModelServer]:
    it = ModelServer(list(answers))
    app = web.Application()
    app.router.add_post("/v1/chat/completions", it.complete)
    server = TestServer(app)
    await server.start_server()
    try:
        it.url = str(server.make_url("/v1"))
        yield it
    finally:
        await server.close()
