"""Queues and the rules that lead to them, as they are written; and which rule counts."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.definitions import stored_reader
from shared.definitions.conditions import MISSING
from shared.definitions.loader import Documents
from shared.definitions.queue import Queue
from shared.definitions.routing import Routing, Target
from tests.unit.definitions.world import faults, load

QUEUES = "queue: a\n---\nqueue: b\n---\n"
RULES = """
routing: cases
rules:
  - {rule: burning, when: {attribute: case.priority, op: eq, value: critical}, queue: b, skills: {pumps: 4}}
  - {rule: phoned, when: {attribute: case.origin, op: eq, value: phone}, person: kim}
  - {rule: product, when: {attribute: case.product, op: is_set}, queue: b}
otherwise: {queue: a, skills: {german: 1}}
"""


def queue(text: str) -> Queue:
    found = load(text).of_cases["queue"]["q"]
    assert isinstance(found, Queue)
    return found


def routing(documents: Documents) -> Routing:
    found = documents.of_cases["routing"]["cases"]
    assert isinstance(found, Routing)
    return found


def test_a_queue_with_all_there_is() -> None:
    text = "queue: q\ntitle: Second line\nkind: private\nassignment: manual\nskills: {pumps: 3, german: 1}"
    assert queue(text) == Queue("q", "Second line", "private", "manual", {"pumps": 3, "german": 1})


def test_a_queue_is_public_and_finds_agents_by_itself_unless_it_says_otherwise() -> None:
    found = queue("queue: q")
    assert found == Queue("q", "q", "public", "automatic", {})
    assert (found.is_private, found.is_automatic) == (False, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("queue: Q 1", ["1: `Q 1` is not a name: [a-z][a-z0-9_-]{0,63}"]),
        ("queue: q\nkind: secret", ["2: `secret` is not one of public, private"]),
        ("queue: q\nassignment: auto", ["2: `auto` is not one of automatic, manual (did you mean `automatic`?)"]),
        ("queue: q\nskills: [pumps]", ["2: must be a mapping"]),
        ("queue: q\nskills:\n  pumps: 0", ["3: must be a whole number from 1 to 5"]),
        ("queue: q\nskills:\n  pumps: 6", ["3: must be a whole number from 1 to 5"]),
        ("queue: q\nskills:\n  pumps: true", ["3: must be a whole number from 1 to 5"]),
        ("queue: q\nskills:\n  Pumps!: 1", ["3: `Pumps!` is not a name: [a-z][a-z0-9_-]{0,63}"]),
        ("queue: q\nmembers: [kim]", ["2: unknown key `members`"]),
        ("queue: q\n---\nqueue: q", ["3: the queue `q` is already in x.yaml:1"]),
    ],
)
def test_what_is_wrong_with_a_queue_is_told_with_its_line(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"priority": "critical", "origin": "phone"}, ("burning", Target("b", "", {"pumps": 4}))),
        ({"priority": "high", "origin": "phone"}, ("phoned", Target("", "kim"))),
        ({"priority": "high", "origin": "iot", "product": "pump"}, ("product", Target("b"))),
        ({"priority": "high", "origin": "iot"}, ("otherwise", Target("a", "", {"german": 1}))),
        ({}, ("otherwise", Target("a", "", {"german": 1}))),
    ],
)
def test_the_first_rule_that_holds_counts(values: Mapping[str, Any], expected: tuple[str, Target]) -> None:
    found = routing(load(QUEUES + RULES))
    assert found.route(lambda path: values.get(path.removeprefix("case."), MISSING)) == expected


def test_without_rules_everything_goes_where_otherwise_says() -> None:
    found = routing(load(QUEUES + "routing: cases\notherwise: {queue: a}"))
    assert found.route(lambda _path: MISSING) == ("otherwise", Target("a"))


ONE = "routing: cases\notherwise: {queue: a}\nrules:\n  - "
WHEN = "when: {attribute: case.priority, op: eq, value: high}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("routing: cases", ["3: `otherwise` is missing"]),
        ("routing: mail\notherwise: {queue: a}", ["3: `mail` is not one of cases"]),
        ("routing: cases\notherwise: {queue: c}", ["4: there is no queue `c`"]),
        ("routing: cases\notherwise: {}", ["4: a case goes either to a `queue` or to a `person`"]),
        (
            "routing: cases\notherwise: {queue: a, person: kim}",
            ["4: a case goes either to a `queue` or to a `person`"],
        ),
        ("routing: cases\notherwise: a", ["4: must be a mapping"]),
        ("routing: cases\notherwise: {queue: a}\nrules: []", ["5: must be a list of at least one item"]),
        (ONE + "{rule: x, queue: a}", ["6: `when` is missing"]),
        (ONE + "{" + WHEN + ", queue: a}", ["6: `rule` is missing"]),
        (ONE + "{rule: x, " + WHEN + "}", ["6: a case goes either to a `queue` or to a `person`"]),
        (ONE + "{rule: x, " + WHEN + ", queue: a, to: kim}", ["6: unknown key `to`"]),
        (ONE + "{rule: x, " + WHEN + ", queue: a, skills: {pumps: 9}}", ["6: must be a whole number from 1 to 5"]),
        (ONE + "{rule: otherwise, " + WHEN + ", queue: a}", ["6: the rule `otherwise` is there twice"]),
        (
            ONE + "{rule: x, when: {attribute: case.colour, op: is_set}, queue: a}",
            ["6: `case.colour` is not known here (did you mean `case.owner`?)"],
        ),
        (
            ONE + "{rule: x, when: {attribute: case.priority, op: eq, value: urgent}, queue: a}",
            ["6: `case.priority` is one of critical, high, normal, low, never `urgent`"],
        ),
        (
            ONE + "{rule: x, when: {not: {attribute: case.type, op: in, value: [problem, reqest]}}, queue: a}",
            ["6: `case.type` is one of question, problem, request, never `reqest` (did you mean `request`?)"],
        ),
        (
            ONE + "{rule: x, when: {segment: vip}, queue: a}",
            ["6: no contact is known here whose segments could be asked for", "6: there is no segment `vip`"],
        ),
        (
            ONE + "{rule: x, " + WHEN + ", queue: a}\n  - {rule: x, " + WHEN + ", person: kim}",
            ["7: the rule `x` is there twice"],
        ),
    ],
)
def test_what_is_wrong_with_rules_is_told_with_its_line(text: str, expected: list[str]) -> None:
    told = faults("queue: a\n---\n" + text)
    assert told == expected


def test_a_beginning_is_no_value_and_what_was_published_before_stays_readable() -> None:
    when = "{attribute: case.origin, op: starts_with, value: e}"
    source = load("queue: a\n---\n" + ONE + f"{{rule: x, when: {when}, queue: a}}").sources["routing", "cases"]
    rule = {"rule": "x", "when": {"attribute": "case.origin", "op": "eq", "value": "fax"}, "queue": "a"}
    assert isinstance(stored_reader.parse("routing", {**source, "rules": [rule]}), Routing)


def test_a_published_routing_is_read_though_its_queue_is_not_at_hand() -> None:
    source = {"routing": "cases", "otherwise": {"queue": "gone"}}
    assert stored_reader.parse("routing", source) == Routing("cases", (), Target("gone"))
