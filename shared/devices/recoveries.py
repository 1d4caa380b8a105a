"""The router of recoveries: which errors, of which a guard counts the alerts, a device says are over."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from shared.definitions.catalogue import Catalogue
from shared.devices.messages import RecoverAlert, RecoverDevice, guard_place
from shared.runtime.decision import Answer, Decision, Outgoing
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, quoted
from shared.runtime.store import Store

TABLE = "devices"
GUARDS = "open:"


class Recoveries:
    """Routes what a device says of itself to the guards of the errors that it is about."""

    def __init__(self, store: Store, catalogue: Callable[[], Awaitable[Catalogue]]) -> None:
        self._store = store
        self._catalogue = catalogue

    async def route(self, message: Message[RecoverDevice], _now: datetime) -> Decision[None]:
        places = await self._places(message.body)
        asked = [
            Outgoing(derived("recover", message.id, *place), RecoverAlert(*place, message.body.seen))
            for place in places
        ]
        if not asked:
            return Decision(answer=Answer({"outcome": "nothing_open", "case_id": "", "number": ""}))
        first = replace(asked[0], reply_to=message.reply_to)
        return Decision(messages=tuple(asked[1:]), then=first)

    async def _places(self, body: RecoverDevice) -> list[tuple[str, str]]:
        """Name the guard that it is about; where it says only the device, all that are beside it."""
        policy = (await self._catalogue()).policy
        key = policy.key_of(body.device, body.error_code, body.alert_key)
        if key is not None:
            return [guard_place(body.device, body.error_code, key)]
        page = await self._store.page(TABLE, quoted(body.device), prefix=GUARDS, limit=1000)
        return [(quoted(body.device), row.key) for row in page.rows]
