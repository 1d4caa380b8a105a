"""A request that asks for a change: who asks, under which key, and how patiently."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import JSONResponse

from shared.api.patience import until
from shared.api.preconditions import wait_of
from shared.api.services import Provided
from shared.runtime.bus import BusMessage
from shared.runtime.codec import plain
from shared.runtime.envelope import Body, Envelope
from shared.runtime.ids import derived, made


class Errand:
    """What the headers of such a request say, and what is done with it."""

    def __init__(
        self,
        services: Provided,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
        prefer: Annotated[str, Header(max_length=255)] = "",
    ) -> None:
        self.services = services
        self._key = idempotency_key
        self._wait = wait_of(prefer)

    @property
    def is_patient(self) -> bool:
        """Whether the caller waits for what becomes of it."""
        return self._wait is not None

    @property
    def is_keyed(self) -> bool:
        """Whether a repeat of it would be known as one."""
        return self._key is not None

    def id(self, by: str, *what: str) -> str:
        """Return the id of the command: the same one where a caller repeats it with the same Idempotency-Key."""
        return derived("command", by, *what, self._key) if self._key else made()

    async def send(self, id_: str, body: Body) -> None:
        await self.send_envelope(body.queue, Envelope(id_, body.kind, self.services.clock.now(), plain(body)))

    async def send_envelope(self, queue: str, envelope: Envelope) -> None:
        """Put it on the bus, which drops it while it knows a repeat of it."""
        await self.services.bus.send(
            queue, [BusMessage(derived("bus", envelope.id, "0", "command"), envelope.encode())]
        )

    async def until[T](self, look: Callable[[], Awaitable[T | None]]) -> T | None:
        """Look until there is something to see, or the caller's patience is over."""
        return await until(self.services.clock, self._wait or 0, look)

    def accepted(self, location: str, told: Mapping[str, Any]) -> JSONResponse:
        """Answer that it is on its way, and where to look."""
        return JSONResponse({**told, "location": location}, 202, {"Location": location, **self._preference()})

    def done(self, location: str, view: object, etag: str = "") -> JSONResponse:
        """Answer with what it came to."""
        headers = {"Content-Location": location, **({"ETag": etag} if etag else {}), **self._preference()}
        return JSONResponse(plain(view), 200, headers)

    def _preference(self) -> dict[str, str]:
        return {"Preference-Applied": f"wait={self._wait}"} if self._wait is not None else {}
