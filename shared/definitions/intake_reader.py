"""Rules for incoming messages as they are written: read and checked."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from shared.definitions import attribute_reader, conditions, mapping, templates
from shared.definitions.attributes import Attribute, fits
from shared.definitions.bounds import CHOICES
from shared.definitions.intake import (
    CHANNELS,
    COLUMNS,
    FIELDS,
    UNKNOWN_SENDERS,
    Channel,
    Create,
    Hold,
    Ignore,
    Intake,
    Limit,
    Rule,
    Update,
)
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.scope import ADDRESSEE, CASE_COLUMNS, CONTACT, TICKET, Scope, UnknownPath
from shared.definitions.tile_reader import FROM_OUTSIDE, Library

MOST_RULES = 100
MOST_MESSAGES = 1000
"""In a window: an address's partition keeps the time of each."""
LONGEST_WINDOW = timedelta(days=1)
LONGEST_REOPENING = timedelta(days=365)
NO_RETURN = "P0D"
ACTIONS = ("create", "update", "ignore", "hold")


def parse(node: Node, reader: Reader, library: Library) -> Intake:
    """`{intake: CHANNEL, rules: [...], unknown_sender?, limit?, attributes?}`."""
    fields = reader.fields(node, ["intake", "rules"], ["unknown_sender", "limit", "attributes"])
    channel = reader.choice(fields.get("intake"), CHANNELS)
    declared = attribute_reader.parse(fields.get("attributes"), reader)
    if "attributes" in fields and channel != "webhook":
        reader.fault(fields["attributes"], "only a webhook brings attributes")
    rules = _Rules(reader, library, channel, declared).read(fields.get("rules"))
    _check_triggers(fields.get("attributes"), declared, library, reader)
    unknown = "unknown_sender"
    return Intake(
        channel,
        rules,
        reader.choice(fields[unknown], UNKNOWN_SENDERS) if unknown in fields else UNKNOWN_SENDERS[0],
        _limit(fields["limit"], reader) if "limit" in fields else Limit(),
        declared,
    )


def _check_triggers(node: Node | None, declared: Mapping[str, Attribute], library: Library, reader: Reader) -> None:
    """An attribute is of the type that the triggers with this command give it."""
    for trigger in library.triggers.values():
        for name, attribute in trigger.attributes.items() if trigger and trigger.command == FROM_OUTSIDE else ():
            if name in declared and not fits(attribute.type, declared[name].type):
                told = f"`{name}` of the trigger `{trigger.name if trigger else ''}` is of type {attribute.type}"
                reader.fault(reader.entries(node)[name], told)


def _limit(node: Node, reader: Reader) -> Limit:
    fields = reader.fields(node, ["at_most", "per"])
    at_most = fields.get("at_most")
    count = at_most.value if at_most else 1
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_MESSAGES:
        reader.fault(at_most or node, f"must be a whole number from 1 to {MOST_MESSAGES}")
        count = 1
    return Limit(count, reader.duration(fields.get("per"), LONGEST_WINDOW))


class _Rules:
    def __init__(self, reader: Reader, library: Library, channel: Channel, declared: Mapping[str, Attribute]) -> None:
        self._reader = reader
        self._library = library
        roots = {"activity": COLUMNS[channel], "contact": CONTACT, "case": CASE_COLUMNS}
        closed = {} if channel == "webhook" else {"event": "only a webhook brings attributes"}
        self._scope = Scope({**roots, "event": declared} if channel == "webhook" else roots, closed)

    def read(self, node: Node | None) -> tuple[Rule, ...]:
        items = self._reader.items(node)
        if len(items) > MOST_RULES:
            self._reader.fault(items[MOST_RULES], f"there are at most {MOST_RULES} rules")
        rules = tuple(self._rule(item) for item in items)
        self._check_names(rules, items)
        self._check_order(rules, items)
        return rules

    def _rule(self, node: Node) -> Rule:
        reader = self._reader
        fields = reader.fields(node, ["rule"], ["when", *ACTIONS, "auto_reply", "require_entitlement"])
        self._check_action(node, fields)
        return Rule(
            name=reader.name(fields.get("rule")),
            when=conditions.parse(fields["when"], self._scope, reader) if "when" in fields else None,
            create=self._create(fields["create"]) if "create" in fields else None,
            update=self._update(fields["update"]) if "update" in fields else None,
            ends=self._end(fields),
            auto_reply=self._auto_reply(fields.get("auto_reply")),
            require_entitlement=reader.flag(fields.get("require_entitlement")),
        )

    def _check_action(self, node: Node, fields: Mapping[str, Node]) -> None:
        told = [action for action in ACTIONS if action in fields]
        if not told:
            self._reader.fault(node, f"say what to do: {', '.join(ACTIONS)}")
        elif len(told) > 1 and told != ["create", "update"]:
            self._reader.fault(node, f"`{told[0]}` and `{told[1]}` exclude one another")
        for only in ("auto_reply", "require_entitlement"):
            if only in fields and told and told[0] not in ("create", "update"):
                self._reader.fault(fields[only], f"`{only}` goes with `create` or `update`")

    def _create(self, node: Node) -> Create:
        for name, item in self._reader.entries(node).items():
            self._check_constant(name, item)
        return Create(mapping.parse(node, FIELDS, self._scope.without("contact"), self._reader))

    def _check_constant(self, name: str, node: Node) -> None:
        """A priority and the like is one of a closed list; that of a path is looked at when a message comes."""
        constant = node.value.get("value") if isinstance(node.value, Mapping) else None
        allowed = CHOICES.get(name)
        if allowed and constant is not None and isinstance(constant.value, str) and constant.value not in allowed:
            near = nearest(constant.value, allowed)
            self._reader.fault(constant, f"`{constant.value}` is not one of {', '.join(allowed)}{near}")

    def _update(self, node: Node) -> Update:
        fields = self._reader.fields(node, [], ["reopen_within"])
        within = fields.get("reopen_within")
        if within is None:
            return Update()
        if within.value == NO_RETURN:
            return Update(timedelta())
        return Update(self._reader.duration(within, LONGEST_REOPENING))

    def _end(self, fields: Mapping[str, Node]) -> Ignore | Hold | None:
        if "ignore" in fields:
            return Ignore(self._reader.name(fields["ignore"]))
        return Hold(self._reader.name(fields["hold"])) if "hold" in fields else None

    def _auto_reply(self, node: Node | None) -> str:
        """Check that the template says nothing but what is known of the sender and the case."""
        if node is None or self._library.templates is None:
            return self._reader.text(node)
        template = self._reader.known(node, "template", self._library.templates)
        if template is not None and template.channel == "push":
            self._reader.fault(node, f"the template `{template.name}` is for push: nobody writes to us that way")
        within = Scope({"contact": ADDRESSEE, "ticket": TICKET})
        for token in sorted(templates.tokens(template)) if template else ():
            try:
                within.find(token)
            except UnknownPath as error:
                self._reader.fault(node, f"the template `{template.name if template else ''}` says {error}")
        return self._reader.text(node)

    def _check_names(self, rules: tuple[Rule, ...], items: Sequence[Node]) -> None:
        seen: set[str] = set()
        for rule, item in zip(rules, items, strict=True):
            if rule.name and rule.name in seen:
                self._reader.fault(item, f"the rule `{rule.name}` is there twice")
            seen.add(rule.name)

    def _check_order(self, rules: tuple[Rule, ...], items: Sequence[Node]) -> None:
        """What comes behind a rule that takes everything is never asked."""
        taken = ""
        for rule, item in zip(rules, items, strict=True):
            if taken:
                self._reader.fault(item, f"is never reached: the rule `{taken}` takes everything")
                return
            if rule.when is None and not (rule.update and not rule.create):
                taken = rule.name
