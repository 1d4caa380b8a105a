"""The head of a journey: on what it starts, who may enter, what takes people out, and what it is for."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.definitions.conditions import Compare
from shared.definitions.journey import ExitRule, Goal, Journey, SegmentStart
from shared.definitions.mapping import Path
from shared.definitions.tiles import Match
from tests.unit.definitions.world import faults, load

TILES = "tiles: [{id: hi, send_sms: hello}]\n"
BESIDE = """---
segment: vip
members: {attribute: contact.city, op: is_set}
"""
ON_ALARM = "journey: j\nstarts_on: alarm\n"


def journey(head: str, starts_on: str = "alarm") -> Journey:
    return load(f"journey: j\nstarts_on: {starts_on}\n{head}{TILES}{BESIDE}").journeys["j"]


def wrong(head: str, starts_on: str = "alarm") -> list[str]:
    return faults(f"journey: j\nstarts_on: {starts_on}\n{head}{TILES}{BESIDE}")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{segment: vip}", SegmentStart("vip", "once")),
        ("{segment: vip, repeat: once}", SegmentStart("vip", "once")),
        ("{segment: vip, repeat: newcomers}", SegmentStart("vip", "newcomers")),
        ("{segment: vip, repeat: {every: PT5M}}", SegmentStart("vip", "every", timedelta(minutes=5))),
        (
            "{segment: vip, at: 2027-01-01T09:00:00Z, repeat: {every: P1W}}",
            SegmentStart("vip", "every", timedelta(days=7), datetime(2027, 1, 1, 9, tzinfo=UTC)),
        ),
    ],
)
def test_a_journey_that_starts_for_a_segment_is_read(written: str, read: SegmentStart) -> None:
    found = journey("", written)
    assert (found.segment, found.starts_on) == (read, "")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{}", ["2: `segment` is missing"]),
        ("{segment: vp}", ["2: there is no segment `vp` (did you mean `vip`?)"]),
        ("{segment: vip, repeat: often}", ["2: `often` is not one of once, newcomers"]),
        ("{segment: vip, repeat: {every: PT4M59S}}", ["2: a journey repeats at most every five minutes"]),
        ("{segment: vip, repeat: {every: P3651D}}", ["2: `P3651D` is longer than 3650 days"]),
        ("{segment: vip, repeat: {}}", ["2: `every` is missing"]),
        (
            "{segment: vip, at: tomorrow}",
            ["2: `tomorrow` is not a date and time with its offset, such as 2026-12-24T09:00:00+01:00"],
        ),
        ("{segment: vip, until: P1D}", ["2: unknown key `until`"]),
    ],
)
def test_a_start_for_a_segment_at_fault(written: str, expected: list[str]) -> None:
    assert wrong("", written) == expected


def test_a_journey_for_a_segment_has_no_starting_trigger_to_speak_of() -> None:
    assert wrong("entry: {attribute: trigger.code, op: is_set}\n", "{segment: vip}") == [
        "3: `trigger.code`: the journey starts for a segment, not on a trigger"
    ]


def test_the_rest_of_the_head_is_read() -> None:
    found = journey(
        """exclude: vip
ends: 2027-01-01T00:00:00+01:00
state: draft
goal: {trigger: case-changed, by: device, where: {attribute: event.status, op: eq, value: x}, share: 40}
exits:
- {trigger: case-changed}
- {trigger: case-changed, by: contact, reason: solved}
- {segment: vip}
- {segment: vip, reason: important}
"""
    )
    by_device = Match("case-changed", "device", Path("trigger.device"))
    assert found.exits == (
        ExitRule("exit_trigger", by_device),
        ExitRule("solved", Match("case-changed", "contact", None)),
        ExitRule("exit_segment", None, "vip"),
        ExitRule("important", None, "vip"),
    )
    where = Compare("event.status", "eq", "x", "text")
    assert found.goal == Goal(Match("case-changed", "device", Path("trigger.device"), where), 40)
    assert (found.exclude, found.is_draft) == ("vip", True)
    assert found.ends == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert found.keeps_out() == ("vip", "vip", "vip")
    assert found.waited_by("case-changed") == {"device", "contact"}


@pytest.mark.parametrize(("state", "is_draft"), [("", False), ("state: live\n", False), ("state: draft\n", True)])
def test_a_journey_is_live_if_nothing_else_is_said(state: str, is_draft: bool) -> None:
    assert journey(state).is_draft is is_draft


INTERACTION = "`sms-delivered` is an interaction: it continues a send tile"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("exclude: vp", ["there is no segment `vp` (did you mean `vip`?)"]),
        ("ends: 2027-01-01", None),
        ("state: lvie", ["`lvie` is not one of live, draft (did you mean `live`?)"]),
        ("state: stopped", ["`stopped` is not one of live, draft"]),
        ("goal: {share: 10}", ["`trigger` is missing"]),
        ("goal: {trigger: case-changed, share: 0}", ["must be a whole number of percent from 1 to 100"]),
        ("goal: {trigger: case-changed, share: 101}", ["must be a whole number of percent from 1 to 100"]),
        ("goal: {trigger: sms-delivered}", [INTERACTION]),
        ("goal: {trigger: case-chnged}", ["there is no trigger `case-chnged` (did you mean `case-changed`?)"]),
        ("goal: {segment: vip, trigger: case-changed}", ["unknown key `segment`"]),
        ("exits: []", ["must be a list of at least one item"]),
        ("exits: [{reason: x}]", ["an exit is either on a `trigger` or by a `segment`"]),
        (
            "exits: [{trigger: case-changed, segment: vip}]",
            ["an exit is either on a `trigger` or by a `segment`"],
        ),
        ("exits: [{segment: vip, where: {attribute: event.x, op: is_set}}]", None),
        ("exits: [{segment: vip, reason: A B}]", ["`A B` is not a name: [a-z][a-z0-9_-]{0,63}"]),
        ("exits: [{trigger: sms-delivered}]", [INTERACTION]),
        (
            "exits: [{trigger: case-changed, by: case}]",
            ["`value` is missing: the starting trigger has no `case` to compare with"],
        ),
        (
            "exits: [{trigger: case-changed, by: case, value: tiles.hi.case_id}]",
            ["`tiles.hi.case_id` is not known here"],
        ),
    ],
)
def test_a_head_at_fault(head: str, expected: list[str] | None) -> None:
    reasons = {
        "ends: 2027-01-01": ["`2027-01-01` is not a date and time with its offset, such as 2026-12-24T09:00:00+01:00"],
        "exits: [{segment: vip, where: {attribute: event.x, op: is_set}}]": [
            "`where` goes with a `trigger`, not with a `segment`"
        ],
    }
    assert wrong(f"{head}\n") == [f"3: {reason}" for reason in expected or reasons[head]]


TEN = """journey: broken
starts_on: alarm
ends: soon
exclude: nobody
goal: {trigger: sms-delivered}
exits: [{reason: left}]
re_entry: sometimes
tiles:
  - {id: w, wait: {for: P91D}}
  - {id: s, split: [{share: 40}, {share: 40}]}
  - id: e
    experiment: {winner_by: opens, share: 5, a: [{id: x, send_sms: hallo}], b: [{id: y, send_email: letter}]}
  - {id: t, create_task: Call}
  - {id: s, best_channel: {sms: [{id: z, send_sms: hello}]}}
"""


def test_all_that_is_wrong_with_a_journey_is_told_at_once() -> None:
    assert faults(TEN) == [
        "3: `soon` is not a date and time with its offset, such as 2026-12-24T09:00:00+01:00",
        "4: there is no segment `nobody`",
        "5: `sms-delivered` is an interaction: it continues a send tile",
        "6: an exit is either on a `trigger` or by a `segment`",
        "7: `sometimes` is not one of immediately, never",
        "9: `P91D` is longer than 90 days",
        "10: the shares add up to 80, not to 100 percent",
        "12: must be a whole number of percent from 10 to 90",
        "12: there is no template `hallo` (did you mean `hello`?)",
        "13: a task is `for` one `queue` or one `person`",
        "14: a choice needs at least two of sms, email, push",
        "14: two tiles have the id `s`",
    ]
