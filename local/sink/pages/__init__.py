"""What people see of the sink: the inbox, a message, failures on demand, the reset; and the same for tests as JSON."""

from aiohttp import web

from local.sink.pages import browsers, failing, inbox, message, page, reset


def routes() -> list[web.AbstractRouteDef]:
    """The routes that the real service does not have."""
    return [*inbox.routes(), *message.routes(), *failing.routes(), *browsers.routes(), *reset.routes(), *page.routes()]
