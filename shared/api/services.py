"""What the API needs of the system; the composition root's services have it."""

from collections.abc import Mapping
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from shared.definitions.published import Definitions
from shared.knowledge.library import Library
from shared.runtime.bus import Bus
from shared.runtime.clock import Clock
from shared.runtime.store import Store

SERVICES = "services"
"""Where a request's state has them."""


class Settings(Protocol):
    @property
    def public_url(self) -> str: ...

    @property
    def is_development(self) -> bool: ...

    @property
    def values(self) -> Mapping[str, str]: ...


class Services(Protocol):
    @property
    def settings(self) -> Settings: ...

    @property
    def store(self) -> Store: ...

    @property
    def bus(self) -> Bus: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def definitions(self) -> Definitions: ...

    @property
    def library(self) -> Library: ...


async def provided(request: Request) -> Services:
    """Return the services that the app serves."""
    return cast("Services", getattr(request.state, SERVICES))


Provided = Annotated[Services, Depends(provided)]
