"""A command to a case on its way: which it is, whether the case takes it, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.agents.agent import TABLE as AGENTS
from shared.cases.between import AttachCase
from shared.cases.case import TABLE as CASES
from shared.cases.case import Case
from shared.cases.commands import CHANGES
from shared.cases.messages import (
    AssignCase,
    CancelCase,
    ChangeStatus,
    GiveCase,
    PickCase,
    ReactivateCase,
    ReopenCase,
    ResolveCase,
    SetParent,
)
from shared.cases.timeline import Activity, activity
from shared.cases.transitions import ALLOWED
from shared.definitions.catalogue import Catalogue
from shared.devices.device import TABLE as DEVICES
from shared.devices.messages import guard_place
from shared.runtime import codec
from shared.runtime.decision import Refusal
from shared.runtime.envelope import Body, Message
from shared.runtime.ids import quoted
from shared.runtime.store import Store

ROUTES: Mapping[str, str] = {
    ResolveCase.kind: "resolve",
    CancelCase.kind: "cancel",
    ChangeStatus.kind: "status",
    ReopenCase.kind: "reactivate",
}
"""Row of the transition table to the last part of the route that asks for it."""

AT_THE_CASE: Mapping[type[Any], Callable[[Any], Body]] = {
    ReactivateCase: lambda body: ReopenCase(body.case, body.by, None, body.text),
    SetParent: lambda body: AttachCase(body.case, body.by, body.parent, body.text),
    PickCase: lambda body: GiveCase(body.case, body.agent, "", None, by=body.agent),
    AssignCase: lambda body: GiveCase(body.case, body.agent, "", None, takes_away=True, by=body.by),
}
"""Commands that somebody else is asked for first, to what the case then hears."""


def _claim(body: Any, id_: str) -> tuple[str, str, str] | None:
    if body.device is None and not body.alert_key:
        return None
    partition, _ = guard_place(body.device or "", body.error_code, body.alert_key)
    return DEVICES, partition, f"claim:{id_}"


def _adoption(body: Any, id_: str) -> tuple[str, str, str] | None:
    return (CASES, quoted(body.parent), f"activity:{id_}") if body.parent is not None else None


def _slot(body: Any, id_: str) -> tuple[str, str, str] | None:
    return AGENTS, quoted(body.agent), f"change:{id_}"


ASKED_FIRST: Mapping[type[Any], Callable[[Any, str], tuple[str, str, str] | None]] = {
    ReactivateCase: _claim,
    SetParent: _adoption,
    PickCase: _slot,
    AssignCase: _slot,
}
"""Where (table, partition, row) those keep what they refused; what they grant, the case has on record."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a caller wants of a case, under an id that a repeat has too."""

    id: str
    body: Any

    def refusal(self, case: Case, catalogue: Catalogue, now: datetime) -> Refusal | None:
        """Return why the case would refuse it as it stands: the decision itself is asked, and nothing is done."""
        body = self.body
        heard = AT_THE_CASE[type(body)](body) if type(body) in AT_THE_CASE else body
        return CHANGES[type(heard)](case, Message(self.id, now, heard), catalogue, now).refused

    async def record(self, store: Store) -> Activity | None:
        """Return what became of it; None as long as it was neither applied nor refused."""
        return await activity(store, self.body.case, self.id) or await self._refused_elsewhere(store)

    def says(self, record: Activity) -> bool:
        """True where the record is of the same request: what both mention is equal."""
        recorded = record.body.get("reactivation", record.body)
        said: Mapping[str, Any] = codec.plain(self.body)
        common = (said.keys() & recorded.keys()) - {"case"}
        return all(recorded[name] == said[name] for name in common)

    async def _refused_elsewhere(self, store: Store) -> Activity | None:
        place = ASKED_FIRST[type(self.body)](self.body, self.id) if type(self.body) in ASKED_FIRST else None
        row = await store.get(*place) if place else None
        found = codec.typed(Activity, row.data) if row else None
        return found if found and found.outcome == "refused" else None


def routes_for(case: Case, catalogue: Catalogue) -> list[str]:
    """Name the commands that change the status of the case as it stands, by their routes."""
    return sorted(route for kind, route in ROUTES.items() if _leads_to(case, kind, catalogue))


def status_reasons_for(case: Case, catalogue: Catalogue) -> list[str]:
    """Name the status reasons that the case may be given."""
    return sorted(_leads_to(case, ChangeStatus.kind, catalogue))


def following(case: Case, catalogue: Catalogue) -> list[str]:
    """Name the status reasons that may follow, by whichever command."""
    return sorted({reason for kind in ROUTES for reason in _leads_to(case, kind, catalogue)})


def _leads_to(case: Case, kind: str, catalogue: Catalogue) -> set[str]:
    """Return where a command may lead, by the table of transitions and by the policy."""
    held = case.status_reason
    reasons = ALLOWED.get((held, kind), frozenset())
    return {reason for reason in reasons if catalogue.policy.may_follow(held, reason)}
