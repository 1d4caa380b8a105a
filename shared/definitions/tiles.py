"""Tiles as they are written: each kind read and checked where it stands."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from shared.definitions import conditions, mapping, templates
from shared.definitions.correlation import Correlation
from shared.definitions.journey import (
    ActivateTile,
    BranchCase,
    BranchTile,
    ExitTile,
    IfThenTile,
    SendTile,
    Ticket,
    Tile,
)
from shared.definitions.node import Node
from shared.definitions.outline import Step
from shared.definitions.reader import Reader
from shared.definitions.scope import ADDRESSEE, TICKET, Scope, UnknownPath
from shared.definitions.surroundings import Surroundings
from shared.definitions.templates import Channel, Template
from shared.definitions.trigger import Trigger

LONGEST_WAIT = timedelta(days=90)
MOST_CASES = 25
CHANNELS: Mapping[str, Channel] = {"send_sms": "sms", "send_email": "email"}

type Triggers = Mapping[str, Trigger | None]
type Templates = Mapping[str, Template | None]


class TileReader:
    """Reads the tiles of one journey; without `templates`, what messages say is not checked again."""

    def __init__(
        self, reader: Reader, surroundings: Surroundings, triggers: Triggers, templates: Templates | None
    ) -> None:
        self._reader = reader
        self._surroundings = surroundings
        self._triggers = triggers
        self._templates = templates

    def read(self, step: Step) -> Tile:
        read: Mapping[str, Callable[[Step, Scope], Tile]] = {
            "send_sms": self._send,
            "send_email": self._send,
            "activate_trigger": self._activate,
            "branch": self._branch,
            "if_then": self._if_then,
            "exit": self._exit,
        }
        return read[step.kind](step, self._surroundings.scope(step))

    def _send(self, step: Step, scope: Scope) -> SendTile:
        ticket = self._ticket(step, scope)
        node = step.fields[step.kind]
        if self._templates is not None:
            self._check_template(node, CHANNELS[step.kind], scope, ticket)
        return SendTile(step.id, CHANNELS[step.kind], self._reader.text(node), ticket, step.exits["next"])

    def _ticket(self, step: Step, scope: Scope) -> Ticket | None:
        if "about" not in step.fields:
            return self._surroundings.ticket(step)
        fields = self._reader.fields(step.fields["about"], ["case", "number"])
        return Ticket(
            mapping.parse_source(fields.get("case"), "reference", scope, self._reader),
            mapping.parse_source(fields.get("number"), "text", scope, self._reader),
        )

    def _check_template(self, node: Node, channel: Channel, scope: Scope, ticket: Ticket | None) -> None:
        template = self._reader.known(node, "template", self._templates or {})
        if template is None:
            return
        if template.channel != channel:
            self._reader.fault(node, f"the template `{template.name}` is for {template.channel}, not {channel}")
        within = self._with_ticket(scope.joined_by("contact", ADDRESSEE), ticket)
        for token in sorted(templates.tokens(template)):
            try:
                within.find(token)
            except UnknownPath as error:
                self._reader.fault(node, f"the template `{template.name}` says {error}")

    def _with_ticket(self, scope: Scope, ticket: Ticket | None) -> Scope:
        if ticket:
            return Scope({**scope.roots, "ticket": TICKET}, scope.closed)
        if self._surroundings.starts_on is None:
            return Scope({**scope.roots, "ticket": None}, scope.closed)
        return Scope(scope.roots, {**scope.closed, "ticket": "the tile is about no case; say which by `about`"})

    def _activate(self, step: Step, scope: Scope) -> ActivateTile:
        node = step.fields[step.kind]
        trigger = self._reader.known(node, "trigger", self._triggers)
        sources: Mapping[str, mapping.Source] = {}
        if trigger:
            given = step.fields.get("with", Node({}, step.node.line))
            sources = mapping.parse(given, trigger.attributes, scope, self._reader)
            if trigger.kind != "custom":
                self._reader.fault(node, f"`{trigger.name}` is a trigger of kind {trigger.kind}: only custom is raised")
        command = trigger.command if trigger else None
        return ActivateTile(step.id, self._reader.text(node), sources, command, step.exits["next"])

    def _branch(self, step: Step, scope: Scope) -> BranchTile:
        items = self._reader.items(step.fields["branch"])
        if len(items) > MOST_CASES:
            self._reader.fault(step.fields["branch"], f"a branch has at most {MOST_CASES} cases, not {len(items)}")
        cases = tuple(self._case(item, step.exits[str(at)], scope) for at, item in enumerate(items, 1))
        return BranchTile(step.id, cases, step.exits["otherwise"])

    def _case(self, node: Node, following: str | None, scope: Scope) -> BranchCase:
        fields = self._reader.fields(node, ["when"], ["exit", "tiles"])
        if ("exit" in fields) == ("tiles" in fields):
            self._reader.fault(node, "a case has either `exit` or `tiles`")
        when = conditions.parse(fields["when"], scope, self._reader) if "when" in fields else conditions.All(())
        return BranchCase(when, following)

    def _if_then(self, step: Step, scope: Scope) -> IfThenTile:
        node = step.fields["if_then"]
        fields = self._reader.fields(node, ["trigger", "within"], ["by", "value", "where", "yes", "no"])
        awaited = self._reader.known(fields.get("trigger"), "trigger", self._triggers)
        by, value = "", None
        if awaited:
            starts_on, ticket = self._surroundings.starts_on, self._surroundings.ticket(step)
            by, value = Correlation(awaited, starts_on, ticket).read(node, fields, scope, self._reader)
        event = Scope({"event": awaited.attributes if awaited else None})
        return IfThenTile(
            id=step.id,
            trigger=self._reader.text(fields.get("trigger")),
            by=by,
            value=value,
            where=conditions.parse(fields["where"], event, self._reader) if "where" in fields else None,
            within=self._reader.duration(fields.get("within"), LONGEST_WAIT),
            yes=step.exits["yes"],
            no=step.exits["no"],
        )

    def _exit(self, step: Step, _scope: Scope) -> ExitTile:
        return ExitTile(step.id, self._reader.name(step.fields["exit"]))
