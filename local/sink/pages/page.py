"""Makes a page of a template; whatever a message contains is shown as text, or in a sandbox."""

import hashlib
from functools import cache
from pathlib import Path

from aiohttp import web
from liquid import CachingFileSystemLoader, Environment, StrictUndefined
from liquid.extra import BlockTag, ExtendsTag

from local.sink.context import SINK

FOLDER = Path(__file__).parent
# Nothing that a message contains acts when it is looked at, and nothing is loaded from elsewhere.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@cache
def templates() -> Environment:
    """The templates; every value in them is escaped."""
    loader = CachingFileSystemLoader(FOLDER / "templates", ext=".html")
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=loader)
    environment.add_tag(ExtendsTag)
    environment.add_tag(BlockTag)
    return environment


def respond(request: web.Request, name: str, *, status: int = 200, **values: object) -> web.Response:
    """The page; 304 if the browser that asks again has it."""
    sink = request.app[SINK]
    text = (
        templates()
        .get_template(name)
        .render(
            **values,
            section=request.path.split("/")[1],
            messages=len(sink.ledger.messages),
            in_force=len(sink.failures.planned),
            waiting=len(sink.ledger.pending),
        )
    )
    tag = hashlib.sha256(text.encode()).hexdigest()[:16]
    if status == 200 and request.headers.get("If-None-Match") == f'"{tag}"':
        return web.Response(status=304, headers=HEADERS)
    headers = {**HEADERS, "ETag": f'"{tag}"'}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def wanted(request: web.Request) -> bool:
    """Say whether a person asks, who wants a page."""
    return "text/html" in request.headers.get("Accept", "")


def done(request: web.Request, where: str, *, status: int = 202) -> web.Response:
    """Take a person to a page that shows what was done, and tell a program."""
    if wanted(request):
        return web.Response(status=303, headers={"Location": where})
    return web.Response(status=status)


def routes() -> list[web.AbstractRouteDef]:
    """The route of styles and script."""
    return [web.static("/static", FOLDER / "static")]
