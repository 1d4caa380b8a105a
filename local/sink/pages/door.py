"""What happens to every request before its page is asked: strangers are kept out, and people are told why."""

import re
from typing import NamedTuple, Self

from aiohttp import web
from yarl import URL

from local.sink.pages.page import respond, wanted
from local.sink.refusal import Handler, Refused

THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
# A page elsewhere has no key, and the signature covers the Host: a client in a container may have its own name for us.
SIGNED = ("/sms", "/emails")


class Origin(NamedTuple):
    """Whose a page is, as a browser sees it (RFC 6454); unlike in yarl, a default port may be left out."""

    scheme: str
    host: str | None
    port: int | None

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Read it; what cannot be read is nobody's."""
        try:
            url = URL(text)
        except ValueError:
            return None
        return cls(url.scheme, url.host, url.port)


@web.middleware
async def refuse_other_names(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A stranger may have bound its own name to this machine (DNS rebinding): to a browser, that is one site."""
    if not request.path.startswith(SIGNED) and not THIS_MACHINE.fullmatch(request.headers.get("Host", "")):
        here = request.transport.get_extra_info("sockname")[1] if request.transport else ""
        raise Refused(421, "OtherHost", f"The sink is only for this machine: open http://127.0.0.1:{here} instead.")
    return await handler(request)


@web.middleware
async def refuse_other_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page from elsewhere that is open in the same browser must not act here."""
    given = request.headers.get("Origin")
    own = f"{request.scheme}://{request.headers.get('Host', '')}"
    if given is not None and Origin.of(given) != Origin.of(own):
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
