"""A change of a case: checked against the case as it stands, handed in, and if the caller likes, waited for."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header, Response

from shared.api.access import Agent
from shared.api.case_views import etag_of, view_of
from shared.api.cases import known_case
from shared.api.change import Change
from shared.api.command import Command, following, routes_for, status_reasons_for
from shared.api.problems import REFUSED, key_reused, version_changed
from shared.api.services import Provided
from shared.cases.case import Case
from shared.cases.refusals import told
from shared.cases.timeline import Activity
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Refusal
from shared.runtime.problem import FieldError, Problem


class NotTaken(Problem):
    """A 409 that says which commands the case takes instead, and what is in the way."""

    def __init__(self, case: Case, refusal: Refusal, catalogue: Catalogue) -> None:
        error = FieldError(refusal.field or "status", refusal.reason)
        super().__init__(REFUSED, _detail(case, refusal, catalogue), [error])
        self._more: dict[str, Any] = {
            "allowed": routes_for(case, catalogue),
            "status_reasons": status_reasons_for(case, catalogue),
        }
        if case.merged_into:
            self._more["merged_into"] = case.merged_into
        if refusal.reason == "open_activities":
            self._more["open_activities"] = {id_: each.subject for id_, each in case.open_activities.items()}
        if refusal.reason == "open_children":
            self._more["open_children"] = list(case.open_children)
        if refusal.field == "worked_by" or refusal.reason == "taken":
            self._more["worked_by"] = case.worked_by

    def body(self) -> dict[str, Any]:
        return super().body() | self._more


def _detail(case: Case, refusal: Refusal, catalogue: Catalogue) -> str:
    if case.merged_into:
        return f"The case was merged into {case.merged_into}: go on with that one."
    if refusal.reason == "transition_not_in_policy":
        reasons = ", ".join(following(case, catalogue)) or "nothing"
        return f"By the policy of cases, {case.status_reason} may be followed by: {reasons}."
    return told(refusal.reason, case)


class CaseChange(Change):
    """One request that asks for a change of a case, by an agent."""

    def __init__(
        self,
        services: Provided,
        agent: Agent,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
        prefer: Annotated[str, Header(max_length=255)] = "",
        if_match: Annotated[str, Header(max_length=255)] = "*",
    ) -> None:
        super().__init__(services, idempotency_key, prefer, if_match)
        self.by = agent.id

    async def take(self, case_id: str, body_for: Callable[[Case], Any]) -> Response:
        """Accept the command (202), or answer with what it came to (200, or Problem 409).

        A command that is on record already is answered before anything is checked: the case has moved since. If the
        same key brings another body before the first is applied, the first one counts; a caller who waits is told.
        """
        case = await known_case(self.services, case_id)
        command = self._command(body_for(case))
        record = await self._record(command)
        if record is None:
            await self._check(case, command)
            await self.send(command.id, command.body)
            record = await self.until(lambda: self._record(command))
        return await self._answer(command, record)

    async def has_heard(self, body: Any) -> bool:
        """Tell whether this very command is on record: then it is answered, and checked no more."""
        return self.is_keyed and await self._record(self._command(body)) is not None

    def _command(self, body: Any) -> Command:
        return Command(self.id(self.by, body.kind, body.case), body)

    async def _check(self, case: Case, command: Command) -> None:
        self.check_version("case", etag_of(case))
        catalogue = await self.services.definitions.current()
        if refusal := command.refusal(case, catalogue, self.services.clock.now()):
            raise NotTaken(case, refusal, catalogue)

    async def _record(self, command: Command) -> Activity | None:
        record = await command.record(self.services.store)
        if record is not None and not command.says(record):
            raise key_reused()
        return record

    async def _answer(self, command: Command, record: Activity | None) -> Response:
        location = f"/api/cases/{command.body.case}"
        if record is not None and record.outcome == "refused":
            case = await known_case(self.services, command.body.case)
            if record.detail["reason"] == "version_changed":
                raise version_changed("case")
            refusal = Refusal(record.detail["reason"], record.detail.get("field", ""))
            raise NotTaken(case, refusal, await self.services.definitions.current())
        if record is None or not self.is_patient:
            return self.accepted(location, {"command": command.id, "case": command.body.case})
        case = await known_case(self.services, command.body.case)
        return self.done(location, await view_of(self.services.store, case), etag_of(case))
