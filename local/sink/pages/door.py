"""What happens to every request before its page is asked: strangers are kept out, and people are told why."""

from aiohttp import web
from yarl import URL

from local.sink.pages.page import respond, wanted
from local.sink.refusal import Handler, Refused


@web.middleware
async def refuse_other_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page from elsewhere that is open in the same browser must not act here."""
    origin = request.headers.get("Origin")
    if origin is not None and URL(origin).authority != request.host:
        raise Refused(403, "OtherOrigin", "This page belongs to another site.")
    return await handler(request)


@web.middleware
async def explain_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Show a person a page where a program gets JSON."""
    try:
        return await handler(request)
    except Refused as no:
        if not wanted(request):
            raise
        return respond(request, "refused", status=no.status, reason=no.message)
