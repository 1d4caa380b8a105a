"""Reads a form as people and tests send it; whatever else has the type of a form is refused."""

from aiohttp import web

from local.sink.refusal import Refused


async def fields(request: web.Request) -> dict[str, str]:
    """The form's fields, none if the body is no form; raise Refused for a file, or a body that cannot be read."""
    try:
        given = await request.post()
    except web.HTTPException:
        raise
    # All of them: on a broken body the library raises almost any exception.
    except Exception:
        raise Refused(400, "BadRequest", "body: this form cannot be read.") from None
    read = {name: value for name, value in given.items() if isinstance(value, str)}
    if files := sorted(given.keys() - read.keys()):
        raise Refused(400, "BadRequest", f"{files[0]}: this is to be text, not a file.")
    return read
