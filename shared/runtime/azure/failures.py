"""What Table storage's refusals mean to us. Whatever is not named here is our own bug, and stays what it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from azure.core.exceptions import AzureError, HttpResponseError
from azure.data.tables import TableErrorCode, TableTransactionError

from shared.runtime.errors import Throttled, TooLarge, Unavailable

_THROTTLED = {429, 503}
_AWAY = {401, 403, 408, 409, 412}
"""Credentials are refused for minutes after a role was given or a key renewed; 409 and 412 are what the store does not
take for a conflict: a table that is being deleted, two upserts at once."""
_TOO_LARGE = {TableErrorCode.ENTITY_TOO_LARGE, TableErrorCode.PROPERTY_VALUE_TOO_LARGE}
_OVERLAP = "Transaction Overlap"
"""Azurite 3.35 runs one transaction at a time, and refuses a second one as invalid input."""


@asynccontextmanager
async def one_call(seconds: float) -> AsyncIterator[None]:
    """Bound a call in time, and raise our errors instead of the SDK's.

    A call that was cut off may have had its effect; the next attempt will find it.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Unavailable(f"Table storage did not answer within {seconds} s.") from error
    except HttpResponseError as error:
        raise _meaning(error) from error
    except AzureError as error:
        raise Unavailable(f"Table storage cannot be reached: {type(error).__name__}.") from error


def code(error: HttpResponseError) -> str:
    """Return Table storage's error code; the SDK reads it from some answers only, the header is in all of them."""
    headers = getattr(error.response, "headers", {})
    found = getattr(error, "error_code", None) or headers.get("x-ms-error-code", "")
    return str(getattr(found, "value", found))


def refused_change(error: HttpResponseError) -> int | None:
    """Return which change of a transaction was refused, where Table storage tells ("2:The specified entity ...").

    The SDK's own `index` is 0 as well where it is not told.
    """
    index = error.message.partition(":")[0]
    return int(index) if isinstance(error, TableTransactionError) and index.isdecimal() else None


def _meaning(error: HttpResponseError) -> Exception:
    status = error.status_code or 0
    told = f"Table storage answered {status} {code(error)}".rstrip()
    if status in _THROTTLED:
        return Throttled(told)
    if status == 413 or code(error) in _TOO_LARGE:
        return TooLarge(told)
    # Below 400: an answer that broke off.
    if status < 400 or status >= 500 or status in _AWAY or _OVERLAP in error.message:
        return Unavailable(told)
    return error
