"""Where commands are handed in: checked, put on the bus, and if the caller likes, waited for."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header, Response
from fastapi.responses import JSONResponse

from shared.api.access import Agent
from shared.api.case_views import etag_of, view_of
from shared.api.cases import known_case
from shared.api.command import Command, following, routes_for, status_reasons_for
from shared.api.patience import until
from shared.api.preconditions import matches, version_of, wait_of
from shared.api.problems import CHANGED, KEY_REUSED, REFUSED
from shared.api.services import Provided
from shared.cases.case import Case
from shared.cases.refusals import told
from shared.cases.timeline import Activity
from shared.definitions.catalogue import Catalogue
from shared.runtime import codec
from shared.runtime.decision import Refusal
from shared.runtime.ids import derived, made
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


class Desk:
    """One request that asks for a change of a case."""

    def __init__(
        self,
        services: Provided,
        agent: Agent,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
        if_match: Annotated[str, Header(max_length=255)] = "*",
        prefer: Annotated[str, Header(max_length=255)] = "",
    ) -> None:
        self.by = agent.id
        self._services = services
        self._key = idempotency_key
        self.if_version = version_of(if_match)
        self._if_match = if_match
        self._wait = wait_of(prefer)

    async def take(self, case_id: str, body_for: Callable[[Case], Any]) -> Response:
        """Accept the command (202), or answer with what it came to (200, or Problem 409).

        A command that is on record already is answered before anything is checked: the case has moved since. If the
        same key brings another body before the first is applied, the first one counts; a caller who waits is told.
        """
        case = await known_case(self._services, case_id)
        command = self._command(body_for(case))
        record = await self._record(command)
        if record is None:
            await self._check(case, command)
            await self._services.bus.send(command.body.queue, [command.message(self._services.clock.now())])
            record = await self._outcome(command)
        return await self._answer(command, record)

    async def has_heard(self, body: Any) -> bool:
        """Tell whether this very command is on record: then it is answered, and checked no more."""
        return self._key is not None and await self._record(self._command(body)) is not None

    def _command(self, body: Any) -> Command:
        if self._key is None:
            return Command(made(), body)
        return Command(derived("command", self.by, body.kind, body.case, self._key), body)

    async def _check(self, case: Case, command: Command) -> None:
        if not matches(self._if_match, etag_of(case)):
            raise Problem(CHANGED, "If-Match names another version of the case.")
        catalogue = await self._services.definitions.current()
        if refusal := command.refusal(case, catalogue, self._services.clock.now()):
            raise NotTaken(case, refusal, catalogue)

    async def _record(self, command: Command) -> Activity | None:
        record = await command.record(self._services.store)
        if record is not None and not command.says(record):
            raise Problem(KEY_REUSED, "The first request with this Idempotency-Key had another body.")
        return record

    async def _outcome(self, command: Command) -> Activity | None:
        """Look until the command is on record, or the caller's patience is over."""
        return await until(self._services.clock, self._wait or 0, lambda: self._record(command))

    async def _answer(self, command: Command, record: Activity | None) -> Response:
        location = f"/api/cases/{command.body.case}"
        preference = {"Preference-Applied": f"wait={self._wait}"} if self._wait is not None else {}
        if record is not None and record.outcome == "refused":
            case = await known_case(self._services, command.body.case)
            if record.detail["reason"] == "version_changed":
                raise Problem(CHANGED, "If-Match names another version of the case.")
            refusal = Refusal(record.detail["reason"], record.detail.get("field", ""))
            raise NotTaken(case, refusal, await self._services.definitions.current())
        if record is None or self._wait is None:
            accepted = {"command": command.id, "case": command.body.case, "location": location}
            return JSONResponse(accepted, 202, {"Location": location, **preference})
        case = await known_case(self._services, command.body.case)
        view = codec.plain(await view_of(self._services.store, case))
        return JSONResponse(view, 200, {"Content-Location": location, "ETag": etag_of(case), **preference})
