"""Conditions mean the same wherever they stand, whatever value they meet."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.definitions.attributes import TYPES, Attribute, AttributeType
from shared.definitions.conditions import (
    MISSING,
    NOW,
    All,
    AnyOf,
    Compare,
    Condition,
    Lookup,
    Not,
    asks,
    attributes_of,
    holds,
    is_true,
    parse,
    verdict_key,
)
from shared.definitions.operators import OPERATORS
from shared.definitions.reader import People
from shared.definitions.scope import CONTACT, Scope
from tests.unit.definitions.world import node

SCOPE = Scope({"trigger": {type_: Attribute(type_) for type_ in TYPES}})
ABOUT = Scope({**SCOPE.roots, "contact": CONTACT})
PEOPLE = People({"warranty_until": Attribute("datetime", optional=True)}, ("regulars", "vip"))
NOON = "2026-11-21T12:00:00Z"
SAME_NOON = "2026-11-21T14:00:00+02:00"
LATER = "2026-11-21T13:00:00+00:30"
BEFORE = "2026-11-21T11:00:00Z"


def lookup_in(values: Mapping[str, object]) -> Lookup:
    return lambda path: values.get(path, MISSING)


def read(text: str, scope: Scope = SCOPE) -> Condition:
    document, reader = node(text)
    reader.people = PEOPLE
    condition = parse(document, scope, reader)
    assert reader.faults == []
    return condition


def found_true(type_: AttributeType, op: str, value: str, actual: object) -> bool:
    given_value = f", value: {value}" if value else ""
    condition = read(f"{{attribute: trigger.{type_}, op: {op}{given_value}}}")
    return holds(condition, lookup_in({f"trigger.{type_}": actual, NOW: NOON}))


MEANINGS: list[tuple[AttributeType, str, str, list[object], list[object]]] = [
    ("number", "eq", "10", [10, 10.0], [11, "10", True]),
    ("number", "ne", "10", [11, -10], [10, 10.0, "11"]),
    ("number", "gt", "10", [10.5], [10, 9]),
    ("number", "gte", "10", [10, 11], [9]),
    ("number", "lt", "10", [9], [10, 11]),
    ("number", "lte", "10", [10, 9], [10.01]),
    ("number", "between", "[1, 3]", [1, 2.5, 3], [0.99, 3.01]),
    ("number", "in", "[1, 3]", [1, 3.0], [2]),
    ("number", "is_set", "", [0], [None, "", MISSING]),
    ("text", "eq", "resolved", ["resolved"], ["Resolved", "resolved "]),
    ("text", "ne", "active", ["resolved", ""], ["active", None]),
    ("text", "in", "[a, b]", ["a"], ["c", "ab"]),
    ("text", "contains", "err", ["an error"], ["Err", "er"]),
    ("text", "starts_with", "err", ["error"], ["an error"]),
    ("text", "is_set", "", ["", "x"], [None, 1, MISSING]),
    ("boolean", "eq", "true", [True], [False, 1, "true"]),
    ("boolean", "ne", "true", [False], [True, 0]),
    ("boolean", "in", "[false]", [False], [True, 0, MISSING]),
    ("boolean", "is_set", "", [False], [None, 0]),
    ("reference", "eq", "D-1", ["D-1"], ["D-2", ""]),
    ("reference", "ne", "D-1", ["D-2"], ["D-1", "", 7]),
    ("reference", "is_set", "", ["D-1"], ["", None]),
    ("reference", "in", "[D-1, D-2]", ["D-2"], ["D-3"]),
    ("datetime", "eq", NOON, [NOON, SAME_NOON], [LATER]),
    ("datetime", "in", f"[{NOON}]", [SAME_NOON], [LATER]),
    ("datetime", "lt", NOON, ["2026-11-21T12:59:00+01:00"], [NOON, LATER]),
    ("datetime", "before", NOON, ["2026-11-21T12:59:00+01:00"], [NOON, LATER]),
    ("datetime", "after", NOON, [LATER], [NOON, SAME_NOON]),
    ("datetime", "gte", NOON, [SAME_NOON, LATER], ["2026-11-21T11:59:59Z"]),
    ("datetime", "between", f"[{NOON}, {LATER}]", [SAME_NOON, LATER], ["2026-11-22T00:00:00Z", "noon"]),
    ("datetime", "ne", NOON, [LATER], [NOON, SAME_NOON, "noon"]),
    ("datetime", "gt", NOON, [LATER], [NOON, SAME_NOON]),
    ("datetime", "lte", NOON, [SAME_NOON, "2026-11-21T11:00:00Z"], [LATER]),
    ("datetime", "is_set", "", [NOON], ["2026-11-21T12:00:00", MISSING]),
    ("datetime", "within_last", "PT1H", [NOON, SAME_NOON, BEFORE], [LATER, "2026-11-21T10:59:59Z", MISSING]),
    ("datetime", "within_next", "PT30M", [NOON, SAME_NOON, LATER], [BEFORE, "2026-11-21T12:30:01Z", "noon"]),
]
"""Type, operator and operand, with values it is true and false of."""


@pytest.mark.parametrize(("type_", "op", "value", "true_of", "false_of"), MEANINGS)
def test_what_an_operator_means(
    type_: AttributeType, op: str, value: str, true_of: list[object], false_of: list[object]
) -> None:
    assert [found_true(type_, op, value, actual) for actual in true_of] == [True] * len(true_of)
    assert [found_true(type_, op, value, actual) for actual in false_of] == [False] * len(false_of)


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("op", sorted(OPERATORS))
def test_every_operator_is_tried_on_every_type_it_compares_and_refused_on_the_others(
    op: str, type_: AttributeType
) -> None:
    document, reader = node(f"{{attribute: trigger.{type_}, op: {op}, value: x}}")
    parse(document, SCOPE, reader)
    is_refused = f"`{op}` does not compare {type_}" in [fault.reason for fault in reader.faults]
    assert is_refused is (type_ not in OPERATORS[op].types)
    assert is_refused is not any(row[:2] == (type_, op) for row in MEANINGS)


def test_within_is_false_where_nobody_says_what_time_it_is() -> None:
    assert not holds(read("{attribute: trigger.datetime, op: within_last, value: PT1H}"), lambda _path: MISSING)
    assert not holds(
        read("{attribute: trigger.datetime, op: within_last, value: PT1H}"), lookup_in({"trigger.datetime": NOON})
    )


GERMAN = "{attribute: contact.language, op: eq, value: de}"
COVERED = "{attribute: contact.warranty_until, op: within_next, value: P30D}"


def test_what_is_asked_of_the_contact_is_answered_by_verdicts_and_never_looked_up() -> None:
    condition = read(f"all: [{GERMAN}, {{segment: vip}}, {{attribute: trigger.number, op: gt, value: 1}}]", ABOUT)
    german, vip = sorted(map(verdict_key, asks(condition)))
    assert (german, vip) == ('contact.language eq "de"', "segment vip")
    values = lookup_in({"trigger.number": 2, "contact.language": "de"})
    assert holds(condition, values, {german: True, vip: True})
    assert not holds(condition, values, {german: True})
    assert not holds(condition, values, {german: False, vip: True})
    assert not holds(condition, values)


def test_a_verdict_that_was_not_gathered_is_false_and_not_turns_it_around() -> None:
    assert holds(read(f"not: {GERMAN}", ABOUT), lookup_in({"contact.language": "de"}))
    assert holds(read("not: {segment: vip}", ABOUT), lookup_in({}))


def test_a_condition_asks_for_each_thing_once_and_for_nothing_of_the_trigger() -> None:
    condition = read(f"any: [{GERMAN}, not: {{all: [{GERMAN}, {COVERED}, segment: vip]}}]", ABOUT)
    assert sorted(map(verdict_key, asks(condition))) == [
        'contact.language eq "de"',
        'contact.warranty_until within_next "P30D"',
        "segment vip",
    ]
    assert asks(read("{attribute: trigger.number, op: is_set}", ABOUT)) == frozenset()


def test_questions_that_differ_have_verdicts_of_their_own() -> None:
    texts = [
        GERMAN,
        "{attribute: contact.language, op: ne, value: de}",
        "{attribute: contact.language, op: in, value: [de]}",
        "{attribute: contact.language, op: is_set}",
        "{attribute: contact.city, op: eq, value: de}",
        "{segment: vip}",
        "{segment: regulars}",
    ]
    keys = [verdict_key(asked) for text in texts for asked in asks(read(text, ABOUT))]
    assert len(set(keys)) == len(texts)


def test_a_verdict_is_what_the_comparison_finds() -> None:
    [covered] = asks(read(COVERED, ABOUT))
    assert isinstance(covered, Compare)
    assert is_true(covered, lookup_in({"contact.warranty_until": LATER, NOW: NOON}))
    assert not is_true(covered, lookup_in({"contact.warranty_until": BEFORE, NOW: NOON}))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("{segment: vipp}", ["1: there is no segment `vipp` (did you mean `vip`?)"]),
        ("segment: vip\nop: eq", ["2: unknown key `op`"]),
        (
            "{attribute: contact.warranty, op: is_set}",
            ["1: `contact.warranty` is not known here (did you mean `contact.warranty_until`?)"],
        ),
        (
            "{attribute: contact.phone, op: is_set}",
            ["1: `contact.phone` is not known here (did you mean `contact.position`?)"],
        ),
        ("{attribute: contact.city, op: gt, value: x}", ["1: `gt` does not compare text"]),
    ],
)
def test_a_question_about_a_contact_at_fault(text: str, faults: list[str]) -> None:
    document, reader = node(text)
    reader.people = PEOPLE
    parse(document, ABOUT, reader)
    assert [f"{fault.line}: {fault.reason}" for fault in reader.faults] == faults


def test_no_segment_is_asked_for_where_no_contact_is_known() -> None:
    document, reader = node("{segment: vip}")
    reader.people = PEOPLE
    parse(document, SCOPE, reader)
    assert [fault.reason for fault in reader.faults] == ["no contact is known here whose segments could be asked for"]


def test_not_turns_around_what_a_missing_value_makes_false() -> None:
    nothing = lookup_in({})
    assert not holds(read("{attribute: trigger.text, op: ne, value: x}"), nothing)
    assert holds(read("not: {attribute: trigger.text, op: eq, value: x}"), nothing)


def test_conditions_are_joined_by_all_any_and_not() -> None:
    condition = read("""
    all:
      - {attribute: trigger.number, op: gt, value: 10}
      - any:
          - {attribute: trigger.text, op: eq, value: x}
          - not: {attribute: trigger.boolean, op: is_set}
    """)
    assert attributes_of(condition) == {"trigger.number", "trigger.text", "trigger.boolean"}
    assert holds(condition, lookup_in({"trigger.number": 11}))
    assert not holds(condition, lookup_in({"trigger.number": 11, "trigger.boolean": True}))
    assert holds(condition, lookup_in({"trigger.number": 11, "trigger.boolean": True, "trigger.text": "x"}))
    assert not holds(condition, lookup_in({"trigger.number": 10}))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("x", ["1: must be a mapping"]),
        ("{op: eq, value: 1}", ["1: `attribute` is missing"]),
        ("{attribute: trigger.number, value: 1}", ["1: `op` is missing"]),
        ("{attribute: trigger.number, op: eq}", ["1: `value` is missing"]),
        (
            "{attribute: trigger.number, op: eq, valu: 1}",
            ["1: unknown key `valu` (did you mean `value`?)", "1: `value` is missing"],
        ),
        (
            "attribute: trigger.nmber\nop: eq\nvalue: 1",
            ["1: `trigger.nmber` is not known here (did you mean `trigger.number`?)"],
        ),
        ("attribute: number\nop: eq\nvalue: 1", ["1: `number` is not known here (did you mean `trigger.number`?)"]),
        (
            "attribute: trigger.number\nop: gtt\nvalue: 1",
            ["2: unknown operator `gtt` (did you mean `gt`?)"],
        ),
        ("attribute: trigger.number\nop: contains\nvalue: 1", ["2: `contains` does not compare number"]),
        ("attribute: trigger.number\nop: after\nvalue: 1", ["2: `after` does not compare number"]),
        ("attribute: trigger.boolean\nop: gt\nvalue: true", ["2: `gt` does not compare boolean"]),
        ("attribute: trigger.number\nop: within_last\nvalue: P1D", ["2: `within_last` does not compare number"]),
        (
            "attribute: trigger.datetime\nop: within_next\nvalue: 3 days",
            ["3: `3 days` is not a duration, such as PT15M or P2D"],
        ),
        ("attribute: trigger.datetime\nop: within_next", ["1: `value` is missing"]),
        ("attribute: trigger.number\nop: gt\nvalue: ten", ["3: the value must be a number"]),
        ("attribute: trigger.number\nop: is_set\nvalue: 1", ["3: `is_set` takes no value"]),
        ("attribute: trigger.number\nop: in\nvalue: 1", ["3: must be a list of at least one item"]),
        ("attribute: trigger.number\nop: in\nvalue: []", ["3: must be a list of at least one item"]),
        ("attribute: trigger.number\nop: in\nvalue:\n- 1\n- x", ["5: the value must be a number"]),
        (
            "attribute: trigger.number\nop: between\nvalue: [1]",
            ["3: `between` takes the lower and the upper limit"],
        ),
        (
            "attribute: trigger.number\nop: between\nvalue: [3, 1]",
            ["3: the lower limit is above the upper one"],
        ),
        ("all: []", ["1: must be a list of at least one item"]),
        ("any: {}", ["1: must be a list of at least one item"]),
        ("all: [{attribute: trigger.text, op: is_set}]\nany: []", ["2: unknown key `any`"]),
        ("not: []", ["1: must be a mapping"]),
    ],
)
def test_a_condition_at_fault(text: str, faults: list[str]) -> None:
    document, reader = node(text)
    parse(document, SCOPE, reader)
    assert [f"{fault.line}: {fault.reason}" for fault in reader.faults] == faults


SCALARS: Mapping[AttributeType, st.SearchStrategy[object]] = {
    "text": st.text(max_size=3),
    "number": st.integers(-3, 3) | st.floats(-3, 3),
    "boolean": st.booleans(),
    "datetime": st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    "reference": st.text("ab", min_size=1, max_size=2),
}
ANYTHING = st.one_of(st.just(MISSING), st.none(), st.integers() | st.lists(st.none()), *SCALARS.values())


@st.composite
def compares(draw: st.DrawFn) -> Compare:
    op = draw(st.sampled_from(sorted(OPERATORS)))
    type_ = draw(st.sampled_from(sorted(OPERATORS[op].types)))
    scalar = SCALARS[type_]
    values: Mapping[str, st.SearchStrategy[object]] = {
        "none": st.none(),
        "one": scalar,
        "two": st.tuples(scalar, scalar),
        "many": st.lists(scalar, min_size=1).map(tuple),
        "duration": st.sampled_from(["PT1H", "P36500D"]),
    }
    return Compare(f"trigger.{draw(st.sampled_from('abc'))}", op, draw(values[OPERATORS[op].operand]), type_)


def _joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(several.map(All), several.map(AnyOf), inner.map(Not))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(compares(), _joined, max_leaves=8)
VALUES = st.fixed_dictionaries({**{f"trigger.{name}": ANYTHING for name in "abc"}, NOW: SCALARS["datetime"]})


@given(CONDITIONS, VALUES)
def test_every_condition_is_true_or_false_and_its_negation_the_other(
    condition: Condition, values: Mapping[str, object]
) -> None:
    lookup = lookup_in(values)
    assert holds(condition, lookup) is not holds(Not(condition), lookup)


@given(st.lists(CONDITIONS, max_size=3), VALUES)
def test_all_and_any_follow_de_morgan(conditions: list[Condition], values: Mapping[str, object]) -> None:
    lookup = lookup_in(values)
    negated = tuple(Not(condition) for condition in conditions)
    assert holds(Not(All(tuple(conditions))), lookup) is holds(AnyOf(negated), lookup)
    assert holds(Not(AnyOf(tuple(conditions))), lookup) is holds(All(negated), lookup)


@given(compares(), st.sampled_from([MISSING, None, [], {}]))
def test_every_comparison_with_a_missing_value_is_false(condition: Compare, nothing: object) -> None:
    assert holds(condition, lambda _path: nothing) is False


@given(CONDITIONS, VALUES)
def test_it_looks_at_no_path_but_those_it_names(condition: Condition, values: Mapping[str, object]) -> None:
    seen: set[str] = set()

    def lookup(path: str) -> object:
        seen.add(path)
        return values.get(path, MISSING)

    holds(condition, lookup)
    assert seen <= attributes_of(condition) | {NOW}
