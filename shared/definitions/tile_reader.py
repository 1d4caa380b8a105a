"""Tiles as they are written: each kind read and checked where it stands."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from shared.definitions import commands, conditions, mapping, templates
from shared.definitions.calendar import Calendar
from shared.definitions.match_reader import MatchReader, check_segment
from shared.definitions.node import Node
from shared.definitions.outline import Step
from shared.definitions.reader import Reader
from shared.definitions.scope import ADDRESSEE, TICKET, Scope, UnknownPath
from shared.definitions.surroundings import Surroundings
from shared.definitions.template_reader import PURPOSES
from shared.definitions.templates import Channel, Template
from shared.definitions.tiles import (
    ActivateTile,
    BranchCase,
    BranchTile,
    ChannelTile,
    ExitTile,
    ExperimentTile,
    IfThenTile,
    SendTile,
    Share,
    SplitTile,
    TaskTile,
    Ticket,
    Tile,
    WaitTile,
)
from shared.definitions.trigger import Trigger

LONGEST_WAIT = timedelta(days=90)
LONGEST_OFFSET = timedelta(days=3650)
LONGEST_EXPERIMENT = timedelta(days=30)
MOST_CASES = 25
CHANNELS: Mapping[str, Channel] = {"send_sms": "sms", "send_email": "email", "send_push": "push"}
WINNERS: tuple[Literal["goal", "clicks", "opens"], ...] = ("goal", "clicks", "opens")
ARMS: tuple[Literal["a", "b"], ...] = ("a", "b")

FROM_OUTSIDE = "take_activity"
"""The command of triggers whose events are messages to us."""
type Named[D] = Mapping[str, D | None]
"""Definitions by name; None is one whose own text is at fault."""


@dataclass(frozen=True, slots=True)
class Library:
    """The definitions that another may name; None where they are not looked at again (what is published)."""

    triggers: Named[Trigger]
    templates: Named[Template] | None = None
    calendars: Named[Calendar] | None = None
    queues: Collection[str] = ()
    """Names of queues."""
    checked: bool = True
    """False: nothing that is named here is looked up; it was when it was published."""

    def calendar(self, node: Node | None, reader: Reader) -> str:
        """The name of a calendar."""
        return reader.text(node) if self.calendars is None else reader.named(node, "calendar", self.calendars)


def segment_named(node: Node | None, reader: Reader) -> str:
    """The name of a segment."""
    known = reader.people.segments
    return reader.text(node) if known is None else reader.named(node, "segment", known)


class TileReader:
    """Reads the tiles of one journey."""

    def __init__(self, reader: Reader, surroundings: Surroundings, library: Library) -> None:
        self._reader = reader
        self._surroundings = surroundings
        self._library = library
        self._matches = MatchReader(reader, surroundings, library.triggers)

    def read(self, step: Step) -> Tile:
        read: Mapping[str, Callable[[Step, Scope], Tile]] = {
            "send_sms": self._send,
            "send_email": self._send,
            "send_push": self._send,
            "activate_trigger": self._activate,
            "wait": self._wait,
            "if_then": self._if_then,
            "branch": self._branch,
            "split": self._split,
            "experiment": self._experiment,
            "best_channel": self._best_channel,
            "create_task": self._create_task,
            "exit": self._exit,
        }
        return read[step.kind](step, self._surroundings.scope(step))

    def _send(self, step: Step, scope: Scope) -> SendTile:
        ticket = self._ticket(step, scope)
        node = step.fields[step.kind]
        if self._library.templates is not None:
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
        template = self._reader.known(node, "template", self._library.templates or {})
        if template is None:
            return
        if template.channel != channel:
            self._reader.fault(node, f"the template `{template.name}` is for {template.channel}, not {channel}")
        within = self._with_ticket(scope.without("case", "device", "run").joined_by("contact", ADDRESSEE), ticket)
        for token in sorted(templates.tokens(template)):
            try:
                within.find(token)
            except UnknownPath as error:
                self._reader.fault(node, f"the template `{template.name}` says {error}")

    def _with_ticket(self, scope: Scope, ticket: Ticket | None) -> Scope:
        if ticket:
            return Scope({**scope.roots, "ticket": TICKET}, scope.closed)
        if self._surroundings.is_unsure:
            return Scope({**scope.roots, "ticket": None}, scope.closed)
        return Scope(scope.roots, {**scope.closed, "ticket": "the tile is about no case; say which by `about`"})

    def _activate(self, step: Step, scope: Scope) -> ActivateTile:
        node = step.fields[step.kind]
        trigger = self._reader.known(node, "trigger", self._library.triggers)
        if trigger and trigger.command == FROM_OUTSIDE:
            self._reader.fault(node, f"`{trigger.name}` is what other systems send: no journey raises it")
        sources: Mapping[str, mapping.Source] = {}
        if trigger:
            given = step.fields.get("with", Node({}, step.node.line))
            sources = mapping.parse(given, trigger.attributes, scope, self._reader)
            self._check_constants(trigger.command or "", given, sources)
            if trigger.kind != "custom":
                self._reader.fault(node, f"`{trigger.name}` is a trigger of kind {trigger.kind}: only custom is raised")
        command = trigger.command if trigger else None
        return ActivateTile(step.id, self._reader.text(node), sources, command, step.exits["next"])

    def _check_constants(self, command: str, given: Node, sources: Mapping[str, mapping.Source]) -> None:
        entries = self._reader.entries(given)
        for name, source in sources.items():
            if isinstance(source, mapping.Constant):
                commands.check_constant(command, name, source.value, entries[name], self._reader)

    def _wait(self, step: Step, scope: Scope) -> WaitTile:
        fields = self._reader.fields(step.fields["wait"], [], ["for", "until", "before", "after"])
        if ("for" in fields) == ("until" in fields):
            self._reader.fault(step.fields["wait"], "a wait has either `for` (a duration) or `until` (a time)")
        until = fields.get("until")
        is_path = until is not None and isinstance(until.value, str) and until.value[:1].isalpha()
        moment = None if is_path else self._reader.moment(until)
        attribute = mapping.parse_source(until, "datetime", scope, self._reader) if is_path else None
        return WaitTile(
            id=step.id,
            duration=self._reader.duration(fields["for"], LONGEST_WAIT) if "for" in fields else None,
            moment=moment,
            attribute=attribute,
            offset=self._offset(fields, attribute is not None),
            calendar=self._library.calendar(step.fields.get("business_hours"), self._reader),
            next=step.exits["next"],
        )

    def _offset(self, fields: Mapping[str, Node], has_attribute: bool) -> timedelta:
        """So long before (negative) or after the date that an attribute says."""
        moved = [(key, fields[key]) for key in ("before", "after") if key in fields]
        for key, node in moved:
            if not has_attribute or len(moved) > 1:
                self._reader.fault(node, f"`{key}` goes with `until` and the path of a date, without the other one")
        if not moved:
            return timedelta()
        key, node = moved[0]
        duration = self._reader.duration(node, LONGEST_OFFSET)
        return -duration if key == "before" else duration

    def _if_then(self, step: Step, _scope: Scope) -> IfThenTile:
        node = step.fields["if_then"]
        keys = ["trigger", "segment", "by", "of", "value", "where", "yes", "no"]
        fields = self._reader.fields(node, ["within"], keys)
        if ("trigger" in fields) == ("segment" in fields):
            self._reader.fault(node, "an if_then waits either for a `trigger` or for a `segment`")
        check_segment(fields, self._reader)
        return IfThenTile(
            id=step.id,
            match=self._matches.read(node, fields, step) if "trigger" in fields else None,
            segment=segment_named(fields.get("segment"), self._reader),
            within=self._reader.duration(fields.get("within"), LONGEST_WAIT),
            yes=step.exits["yes"],
            no=step.exits["no"],
        )

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

    def _split(self, step: Step, _scope: Scope) -> SplitTile:
        node = step.fields["split"]
        shares, known = [], len(self._reader.faults)
        for at, item in enumerate(self._reader.items(node), 1):
            fields = self._reader.fields(item, ["share"], ["tiles"])
            shares.append(Share(self._reader.percent(fields.get("share"), 1, 99), step.exits[str(at)]))
        total = sum(share.percent for share in shares)
        if shares and total != 100 and len(self._reader.faults) == known:
            self._reader.fault(node, f"the shares add up to {total}, not to 100 percent")
        return SplitTile(step.id, tuple(shares))

    def _experiment(self, step: Step, _scope: Scope) -> ExperimentTile:
        node = step.fields["experiment"]
        fields = self._reader.fields(node, ["winner_by"], ["a", "b", "share", "ends_after", "default"])
        if not fields.keys() & set(ARMS):
            self._reader.fault(node, "an experiment has tiles on at least one of its ways, `a` and `b`")
        winner_by = self._reader.choice(fields.get("winner_by"), WINNERS)
        is_by_goal = "winner_by" in fields and fields["winner_by"].value == "goal"
        if is_by_goal and not self._surroundings.has_goal:
            self._reader.fault(fields["winner_by"], "the journey has no `goal` to win by")
        return ExperimentTile(
            id=step.id,
            percent=self._reader.percent(fields["share"], 10, 90) if "share" in fields else 50,
            winner_by=winner_by,
            ends_after=self._reader.duration(fields.get("ends_after"), LONGEST_EXPERIMENT) or LONGEST_EXPERIMENT,
            default=self._reader.choice(fields["default"], ARMS) if "default" in fields else "a",
            a=step.exits["a"],
            b=step.exits["b"],
        )

    def _best_channel(self, step: Step, _scope: Scope) -> ChannelTile:
        node = step.fields["best_channel"]
        fields = self._reader.fields(node, [], [*CHANNELS.values(), "none", "purpose"])
        ways = {channel: step.exits[channel] for channel in CHANNELS.values() if channel in fields}
        if len(ways) < 2:
            self._reader.fault(node, "a choice needs at least two of sms, email, push")
        purpose = self._reader.choice(fields["purpose"], PURPOSES) if "purpose" in fields else "commercial"
        return ChannelTile(step.id, ways, purpose, step.exits["none"])

    def _create_task(self, step: Step, scope: Scope) -> TaskTile:
        fields = self._reader.fields(step.fields["for"], [], ["queue", "person"]) if "for" in step.fields else {}
        if len(fields) != 1:
            self._reader.fault(step.node, "a task is `for` one `queue` or one `person`")
        owner: Literal["queue", "person"] = "person" if "person" in fields else "queue"
        return TaskTile(
            id=step.id,
            subject=self._reader.text(step.fields["create_task"]),
            owner=owner,
            name=self._reader.name(fields.get(owner)),
            due=self._reader.duration(step.fields.get("due"), LONGEST_WAIT),
            ticket=self._ticket(step, scope),
            next=step.exits["next"],
        )

    def _exit(self, step: Step, _scope: Scope) -> ExitTile:
        return ExitTile(step.id, self._reader.name(step.fields["exit"]))
