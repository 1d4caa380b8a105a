"""The door for what people write: a mail gateway, or an SMS provider's webhook, hands it in."""

import azure.functions as func

from functions.http import HttpBlueprint, answer
from shared import bootstrap

blueprint = HttpBlueprint()


@blueprint.route("api/activities", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
async def take_activity(req: func.HttpRequest) -> func.HttpResponse:
    """Take a mail (message/rfc822) or a message (JSON) from whoever holds a function key."""
    receipt = await bootstrap.services().intake.take(req.headers, req.get_body())
    return answer(receipt, 202)
