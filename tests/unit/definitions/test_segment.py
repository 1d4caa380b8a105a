"""Segments are who meets a condition; they may name one another, but never themselves."""

from collections.abc import Mapping

import pytest

from shared.definitions.conditions import MISSING, NOW, InSegment
from shared.definitions.segment import has_member, verdicts
from tests.unit.definitions.world import faults, load

SEGMENTS = """
contact_attributes: ours
attributes: {tariff: text, warranty_until: {type: datetime, optional: true}}
---
segment: vip
members: {attribute: contact.tariff, op: eq, value: gold}
---
segment: german-vip
members: {all: [{segment: vip}, {attribute: contact.language, op: eq, value: de}]}
---
segment: others
members: {not: {any: [{segment: vip}, {segment: german-vip}]}}
---
segment: covered
members: {attribute: contact.warranty_until, op: within_next, value: P30D}
"""
KNOWN = load(SEGMENTS).segments
NOON = "2026-11-21T12:00:00Z"


def member_of(**values: object) -> set[str]:
    found: Mapping[str, object] = {NOW: NOON, **{f"contact.{name}": value for name, value in values.items()}}
    return {name for name in KNOWN if has_member(name, KNOWN, lambda path: found.get(path, MISSING))}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"tariff": "gold", "language": "de"}, {"vip", "german-vip"}),
        ({"tariff": "gold", "language": "en"}, {"vip"}),
        ({"language": "de"}, {"others"}),
        ({}, {"others"}),
        ({"tariff": "gold", "warranty_until": "2026-12-01T00:00:00Z"}, {"vip", "covered"}),
        ({"tariff": "gold", "warranty_until": "2027-12-01T00:00:00Z"}, {"vip"}),
        ({"tariff": "gold", "warranty_until": "tomorrow"}, {"vip"}),
    ],
)
def test_who_meets_the_condition_is_a_member(values: dict[str, object], expected: set[str]) -> None:
    assert member_of(**values) == expected


def test_a_segment_that_is_not_there_has_no_members() -> None:
    assert verdicts({InSegment("gone")}, KNOWN, lambda _path: "x") == {"segment gone": False}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("segment: a", ["1: `members` is missing"]),
        ("segment: a\nmembers: {segment: b}", ["2: there is no segment `b`"]),
        ("segment: a\nmembers: {segment: a}", ["1: the segment is defined by itself: a -> a"]),
        (
            "segment: a\nmembers: {not: {segment: b}}\n---\nsegment: b\nmembers: {any: [{segment: c}]}\n---\n"
            "segment: c\nmembers: {segment: a}\n---\nsegment: d\nmembers: {segment: a}",
            [
                "1: the segment is defined by itself: a -> b -> c -> a",
                "4: the segment is defined by itself: b -> c -> a -> b",
                "7: the segment is defined by itself: c -> a -> b -> c",
            ],
        ),
        (
            "segment: a\nmembers: {attribute: trigger.code, op: is_set}",
            ["2: `trigger.code` is not known here"],
        ),
        ("segment: a\nmembers: {attribute: contact.city, op: is_set}\nx: 1", ["3: unknown key `x`"]),
        (
            "contact_attributes: a\nattributes:\n  city: text\n  email: text\n  x: txt",
            [
                "3: every contact has `city` already",
                "4: every contact has `email` already",
                "5: `txt` is not one of text, number, boolean, datetime, reference (did you mean `text`?)",
            ],
        ),
        (
            "contact_attributes: a\nattributes: {x: text}\n---\ncontact_attributes: b\nattributes: {x: number}",
            ["4: the attribute `x` is declared twice"],
        ),
    ],
)
def test_a_segment_at_fault(text: str, expected: list[str]) -> None:
    assert faults(text) == expected
