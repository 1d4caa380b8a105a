"""A command to a case on its way: which it is, whether the case takes it, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.cases.case import Case
from shared.cases.messages import CancelCase, ChangeStatus, ReactivateCase, ReopenCase, ResolveCase
from shared.cases.timeline import Activity, activity
from shared.cases.transitions import REASONS, commands_for, is_allowed
from shared.devices.device import TABLE as DEVICES
from shared.runtime import codec
from shared.runtime.bus import BusMessage
from shared.runtime.envelope import Envelope
from shared.runtime.ids import derived, quoted
from shared.runtime.store import Store

CaseCommand = ResolveCase | CancelCase | ChangeStatus | ReactivateCase

ROUTES: Mapping[str, str] = {
    ResolveCase.kind: "resolve",
    CancelCase.kind: "cancel",
    ChangeStatus.kind: "status",
    ReopenCase.kind: "reactivate",
}
"""Row of the transition table to the last part of the route that asks for it."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a caller wants of a case, under an id that a repeat has too."""

    id: str
    body: CaseCommand

    def is_taken_by(self, case: Case) -> bool:
        """True where the transition table has the row."""
        match self.body:
            case ResolveCase(resolution=reason) | ChangeStatus(status_reason=reason):
                return is_allowed(case.status, self.body.kind, reason)
            case CancelCase():
                return is_allowed(case.status, self.body.kind, REASONS["cancelled"][0])
            case ReactivateCase():
                return is_allowed(case.status, ReopenCase.kind, REASONS["active"][0])

    def message(self, now: datetime) -> BusMessage:
        """Return the message that carries it; the broker drops it while it knows a repeat of it."""
        envelope = Envelope(self.id, self.body.kind, now, codec.plain(self.body))
        return BusMessage(derived("bus", self.id, "0", "command"), envelope.encode())

    async def record(self, store: Store) -> Activity | None:
        """Return what became of it; None as long as it was neither applied nor refused."""
        return await activity(store, self.body.case, self.id) or await self._refused_claim(store)

    def says(self, record: Activity) -> bool:
        """True where the record is of the same request: what both mention is equal."""
        recorded = record.body.get("reactivation", record.body)
        said: Mapping[str, Any] = codec.plain(self.body)
        return all(recorded[name] == said[name] for name in said.keys() & recorded.keys())

    async def _refused_claim(self, store: Store) -> Activity | None:
        """A device's guard refuses in its own partition; what it grants, the case has on record."""
        body = self.body
        if not isinstance(body, ReactivateCase) or body.device is None:
            return None
        row = await store.get(DEVICES, quoted(body.device), f"claim:{self.id}")
        claim = codec.typed(Activity, row.data) if row else None
        return claim if claim and claim.outcome == "refused" else None


def routes_for(case: Case) -> list[str]:
    """Name the commands that the case takes as it stands, by their routes."""
    return sorted(ROUTES[kind] for kind in commands_for(case.status))
