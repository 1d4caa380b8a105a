"""The customer's pages, behind signed links."""

import azure.functions as func

from functions.http import HttpBlueprint
from shared import bootstrap
from shared.pages.page import MEDIA_TYPE
from shared.pages.ticket_page import ticket_page

blueprint = HttpBlueprint()


@blueprint.route("t/{token}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
async def show_ticket(req: func.HttpRequest) -> func.HttpResponse:
    """Show a customer their ticket."""
    services = bootstrap.services()
    page = await ticket_page(services.store, services.links, services.clock.now(), req.route_params["token"])
    return func.HttpResponse(page.html, status_code=page.status, headers=dict(page.headers), mimetype=MEDIA_TYPE)
