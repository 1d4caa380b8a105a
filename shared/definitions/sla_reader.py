"""Service levels as they are written: read and checked."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from shared.definitions import conditions, mapping
from shared.definitions.business_time import LONGEST, TooFar, add
from shared.definitions.calendar import Calendar
from shared.definitions.conditions import All, AnyOf, Compare, Condition, Not
from shared.definitions.node import Node
from shared.definitions.operators import OPERATORS
from shared.definitions.reader import Reader
from shared.definitions.scope import CASE, CASE_COLUMNS, Scope
from shared.definitions.sla import (
    ALWAYS,
    KPI,
    MOMENTS,
    NEVER,
    NONE,
    OPENED_AT,
    Action,
    AddNote,
    Escalate,
    Item,
    Moment,
    Raise,
    Route,
    Sla,
)
from shared.definitions.tile_reader import Library

LONGEST_PROMISE = timedelta(days=366)
TRIED_FROM = datetime(2024, 1, 1, tzinfo=UTC)
MOST_ITEMS = 50
MOST_KPIS = 10
"""All that a case is held to may end in one transaction."""
MOST_ACTIONS = 5
"""At one moment."""
KINDS = ("raise", "escalate", "route", "activity")
COLUMNS = Scope({"case": CASE_COLUMNS})
PASSED_ON = Scope({"case": {**CASE, "contact": CASE_COLUMNS["contact"]}, "kpi": KPI})
"""What a raised trigger may be told: events and their records carry nothing that tells who somebody is."""


def parse(node: Node, reader: Reader, library: Library) -> Sla:
    """`{sla, kpis: [item, ...], default?, reevaluate?}`."""
    fields = reader.fields(node, ["sla", "kpis"], ["default", "reevaluate"])
    name, nodes = reader.name(fields.get("sla")), reader.items(fields.get("kpis"))
    if name == NONE:
        reader.fault(fields["sla"], f"`{NONE}` is the name of having no SLA")
    if len(nodes) > MOST_ITEMS:
        reader.fault(nodes[MOST_ITEMS], f"an SLA has at most {MOST_ITEMS} items")
    items = tuple(_item(item, reader, library) for item in nodes)
    if len({item.kpi for item in items}) > MOST_KPIS:
        reader.fault(fields["kpis"], f"an SLA has at most {MOST_KPIS} KPIs")
    _check_reach(items, nodes, reader)
    return Sla(name, items, reader.flag(fields.get("default")), reader.flag(fields.get("reevaluate")))


def _item(node: Node, reader: Reader, library: Library) -> Item:
    fields = reader.fields(
        node,
        ["kpi", "succeeds_when", "fail_after"],
        ["warn_after", "applicable_from", "applicable_when", "pauses_when", "succeeded_at", "calendar", "actions"],
    )
    item = Item(
        kpi=reader.name(fields.get("kpi")),
        fail_after=reader.duration(fields.get("fail_after"), LONGEST_PROMISE),
        succeeds_when=_condition(fields.get("succeeds_when"), NEVER, reader),
        warn_after=reader.duration(fields["warn_after"], LONGEST_PROMISE) if "warn_after" in fields else None,
        applicable_from=_time(fields.get("applicable_from"), reader) or OPENED_AT,
        applicable_when=_condition(fields.get("applicable_when"), ALWAYS, reader),
        pauses_when=_condition(fields.get("pauses_when"), NEVER, reader),
        succeeded_at=_time(fields.get("succeeded_at"), reader),
        calendar=_calendar(fields.get("calendar"), reader, library),
        actions=_actions(fields.get("actions"), reader, library),
    )
    _check_times(item, fields, reader)
    return item


def _condition(node: Node | None, otherwise: Condition, reader: Reader) -> Condition:
    if node is None:
        return otherwise
    condition = conditions.parse(node, COLUMNS, reader)
    if any(OPERATORS[each.op].operand == "duration" for each in _compared(condition)):
        reader.fault(node, "conditions are looked at when the case changes, not as time passes")
    return condition


def _compared(condition: Condition) -> Iterator[Compare]:
    match condition:
        case Compare():
            yield condition
        case Not(inner):
            yield from _compared(inner)
        case All(several) | AnyOf(several):
            for each in several:
                yield from _compared(each)


def _time(node: Node | None, reader: Reader) -> str:
    """The column of the case that holds a time."""
    attribute = COLUMNS.read(node, reader)
    if node is None or attribute is None:
        return ""
    if attribute.type != "datetime":
        reader.fault(node, f"`{node.value}` is of type {attribute.type}, not datetime")
    return reader.text(node)


def _calendar(node: Node | None, reader: Reader, library: Library) -> Calendar | None:
    return reader.known(node, "calendar", library.calendars or {}) if node is not None else None


def _actions(node: Node | None, reader: Reader, library: Library) -> Mapping[Moment, tuple[Action, ...]]:
    fields = reader.fields(node, [], MOMENTS)
    items = {moment: reader.items(fields[moment]) for moment in MOMENTS if moment in fields}
    for several in items.values():
        if len(several) > MOST_ACTIONS:
            reader.fault(several[MOST_ACTIONS], f"there are at most {MOST_ACTIONS} actions at one moment")
    return {moment: tuple(_action(item, reader, library) for item in items[moment]) for moment in items}


def _action(node: Node, reader: Reader, library: Library) -> Action:
    entries = reader.entries(node)
    kind = next((kind for kind in KINDS if kind in entries), None)
    if kind is None:
        if isinstance(node.value, Mapping):
            reader.fault(node, f"an action is one of {', '.join(KINDS)}")
        return Route()
    fields = reader.fields(node, [kind], ["with"] if kind == "raise" else [])
    if kind == "raise":
        return _raise(node, fields, reader, library)
    if kind == "activity":
        return AddNote(reader.text(fields["activity"]))
    if not reader.flag(fields[kind]):
        reader.fault(fields[kind], "must be true: leave it out where it shall not be")
    return Escalate() if kind == "escalate" else Route()


def _raise(node: Node, fields: Mapping[str, Node], reader: Reader, library: Library) -> Raise:
    trigger = reader.known(fields["raise"], "trigger", library.triggers)
    name = reader.text(fields["raise"])
    if trigger is None:
        return Raise(name, {})
    if trigger.kind != "custom" or trigger.command is not None:
        reader.fault(fields["raise"], f"`{name}` is not a custom trigger without a command, and cannot be raised here")
    return Raise(name, mapping.parse(fields.get("with", Node({}, node.line)), trigger.attributes, PASSED_ON, reader))


def _check_times(item: Item, fields: Mapping[str, Node], reader: Reader) -> None:
    if item.warn_after is None:
        if "warn" in item.actions:
            reader.fault(fields["actions"], "`warn` needs `warn_after`, which says when")
    elif item.fail_after and item.warn_after >= item.fail_after:
        reader.fault(fields["warn_after"], "a warning comes before the failure: `warn_after` is less than `fail_after`")
    if item.calendar is not None and item.fail_after and not _comes_true(item.calendar, item.fail_after):
        years = LONGEST // timedelta(days=365) // 2
        reader.fault(fields["fail_after"], f"in the calendar `{item.calendar.name}` that takes more than {years} years")


def _comes_true(calendar: Calendar, promised: timedelta) -> bool:
    """Whether the time runs out well before a walk along the calendar ends."""
    try:
        return add(calendar, TRIED_FROM, promised) - TRIED_FROM <= LONGEST / 2
    except TooFar:
        return False


def _check_reach(items: Collection[Item], nodes: Collection[Node], reader: Reader) -> None:
    """Refuse an item that could never count, because one before it always does."""
    certain: set[str] = set()
    for item, node in zip(items, nodes, strict=True):
        if item.kpi and item.kpi in certain:
            reader.fault(node, f"it never counts: an item before it is applicable to every case for `{item.kpi}`")
        if item.applicable_when == ALWAYS:
            certain.add(item.kpi)
