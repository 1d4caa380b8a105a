"""Journeys as they are written: read and checked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from shared.definitions import conditions, outline
from shared.definitions.journey import ExitRule, Goal, Journey, ReEntry, SegmentStart
from shared.definitions.match_reader import MATCH, MatchReader, check_segment
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.surroundings import Surroundings
from shared.definitions.tile_reader import Library, TileReader, segment_named
from shared.definitions.trigger import Trigger

LONGEST_DELAY = timedelta(days=3650)
OPTIONAL = ["entry", "re_entry", "exclude", "exits", "goal", "ends", "state"]


def parse(node: Node, reader: Reader, library: Library) -> Journey:
    """The journey; what its library leaves out is not checked, as for one that was published before."""
    fields = reader.fields(node, ["journey", "starts_on", "tiles"], OPTIONAL)
    start = fields.get("starts_on")
    segment = _segment_start(start, reader) if start and isinstance(start.value, Mapping) else None
    starts_on = _starts_on(start, library.triggers, reader) if segment is None else None
    outlined = outline.parse(fields.get("tiles"), reader)
    activated = _activated(outlined, library.triggers)
    around = Surroundings(outlined, starts_on, activated, segment is not None, "goal" in fields)
    outside = replace(around, outline=replace(outlined, steps=()))
    matches = MatchReader(reader, outside, library.triggers)
    tiles = TileReader(reader, around, library)
    return Journey(
        name=reader.name(fields.get("journey")),
        starts_on=reader.text(start) if segment is None else "",
        entry=conditions.parse(fields["entry"], outside.scope(), reader) if "entry" in fields else None,
        re_entry=_re_entry(fields.get("re_entry"), reader),
        tiles={step.id: tiles.read(step) for step in outlined.steps},
        first=outlined.steps[0].id if outlined.steps else None,
        segment=segment,
        exclude=segment_named(fields.get("exclude"), reader),
        exits=tuple(_exit(item, matches, reader) for item in reader.items(fields.get("exits"))),
        goal=_goal(fields["goal"], matches, reader) if "goal" in fields else None,
        ends=reader.moment(fields["ends"]) if "ends" in fields else None,
        is_draft=reader.choice(fields["state"], ("live", "draft")) == "draft" if "state" in fields else False,
    )


def _starts_on(node: Node | None, triggers: Mapping[str, Trigger | None], reader: Reader) -> Trigger | None:
    trigger = reader.known(node, "trigger", triggers)
    if node is None or trigger is None:
        return None
    if trigger.kind == "interaction":
        reader.fault(node, f"`{trigger.name}` is an interaction trigger: it never starts a journey")
    elif trigger.audience is None:
        reader.fault(node, f"the trigger `{trigger.name}` has no audience, so nobody could enter")
    return trigger


def _segment_start(node: Node, reader: Reader) -> SegmentStart:
    """`{segment, repeat: once | newcomers | {every: duration}, at: time}`."""
    fields = reader.fields(node, ["segment"], ["repeat", "at"])
    at = reader.moment(fields["at"]) if "at" in fields else None
    segment = segment_named(fields.get("segment"), reader)
    repeat = fields.get("repeat")
    if repeat is not None and isinstance(repeat.value, Mapping):
        every = reader.duration(reader.fields(repeat, ["every"]).get("every"), LONGEST_DELAY)
        if every and every < timedelta(minutes=5):
            reader.fault(repeat, "a journey repeats at most every five minutes")
        return SegmentStart(segment, "every", every, at)
    if repeat is not None and reader.choice(repeat, ("once", "newcomers")) == "newcomers":
        return SegmentStart(segment, "newcomers", at=at)
    return SegmentStart(segment, at=at)


def _activated(outlined: outline.Outline, triggers: Mapping[str, Trigger | None]) -> Mapping[str, Trigger | None]:
    """Per activating tile its trigger; None where that is unknown or at fault, which is told elsewhere."""
    activating = [step for step in outlined.steps if step.kind == "activate_trigger"]
    return {step.id: triggers.get(str(step.fields["activate_trigger"].value)) for step in activating}


def _re_entry(node: Node | None, reader: Reader) -> ReEntry:
    """`immediately` (also if nothing is said), `never`, or `{after: duration}`."""
    if node is None or isinstance(node.value, str):
        return ReEntry(reader.choice(node, ("immediately", "never")))
    fields = reader.fields(node, ["after"])
    return ReEntry("after", reader.duration(fields.get("after"), LONGEST_DELAY))


def _exit(node: Node, matches: MatchReader, reader: Reader) -> ExitRule:
    """`{trigger, by, value, where, reason}` or `{segment, reason}`."""
    fields = reader.fields(node, [], [*MATCH, "segment", "reason"])
    reason = reader.name(fields.get("reason"))
    check_segment(fields, reader)
    if "segment" in fields and "trigger" not in fields:
        return ExitRule(reason or "exit_segment", None, segment_named(fields["segment"], reader))
    if "segment" in fields or "trigger" not in fields:
        reader.fault(node, "an exit is either on a `trigger` or by a `segment`")
    return ExitRule(reason or "exit_trigger", matches.read(node, fields, None))


def _goal(node: Node, matches: MatchReader, reader: Reader) -> Goal:
    """`{trigger, by, value, where, share}`."""
    fields = reader.fields(node, ["trigger"], [*MATCH, "share"])
    share = reader.percent(fields["share"], 1, 100) if "share" in fields else 100
    return Goal(matches.read(node, fields, None), share)
