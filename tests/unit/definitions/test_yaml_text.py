"""YAML 1.2 is read as it is written, and what cannot be read is named with its line."""

import pytest

from shared.definitions.node import of_plain
from shared.definitions.yaml_text import DEEPEST, YamlText


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", "no"),
        ("a: true", True),
        ("a: 0x10", 16),
        ("a: 1e3", 1000.0),
        ("a: ~", None),
        ("a: 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ('a: "1"', "1"),
        ("a: [1, [x]]", [1, ["x"]]),
    ],
)
def test_values_are_those_of_yaml_1_2_and_json(text: str, value: object) -> None:
    (document,) = YamlText("x.yaml", text).documents
    assert document.plain() == {"a": value}


def test_a_file_has_several_documents_and_empty_ones_do_not_count() -> None:
    documents = YamlText("x.yaml", "---\na: 1\n---\n---\nb: 2\n---\n").documents
    assert [document.plain() for document in documents] == [{"a": 1}, {"b": 2}]


def test_an_entry_stands_where_its_key_is_and_a_block_begins_below() -> None:
    (document,) = YamlText("x.yaml", "\na:\n  b: |\n    one\n    two\n").documents
    entries = document.value
    assert isinstance(entries, dict)
    outer, inner = entries["a"], entries["a"].value["b"]
    assert (outer.line, inner.line, inner.text_line) == (2, 3, 4)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: [1,\n", "x.yaml:3: not YAML: expected the node content, but found '<stream end>'"),
        ("a: 1\nb: \x01", "x.yaml:2: not YAML: special characters are not allowed"),
        ("a: 1\n\tb: 2", "x.yaml:2: not YAML: found character '\\t' that cannot start any token"),
        ("a: 1\nb: 2\na: 3", "x.yaml:3: `a` is given twice"),
        ("a: 1\n2: b", "x.yaml:2: a key must be text"),
        ("a: &x [1]\nb: *x", "x.yaml:2: YAML aliases are not supported: write it out"),
        ("a: &x [*x]", "x.yaml:1: YAML aliases are not supported: write it out"),
        ("a: 1\nb: !!binary aGk=", "x.yaml:2: the YAML tag binary is not supported"),
        ("a: 1\nb: !secret x", "x.yaml:2: the YAML tag !secret is not supported"),
        ("a: 1\nb: .inf", "x.yaml:2: not a finite number"),
        ("a: !!int many", "x.yaml:1: not a finite number"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, fault: str) -> None:
    assert [str(found) for found in YamlText("x.yaml", text).faults] == [fault]


def test_what_json_does_not_have_was_never_stored() -> None:
    with pytest.raises(TypeError, match="set is not JSON"):
        of_plain({"a": [{1}]})


@pytest.mark.parametrize("depth", [DEEPEST + 2, 500, 5000])
def test_what_is_nested_too_deeply_is_refused_with_its_line(depth: int) -> None:
    text = "a: 1\nb: " + "[" * depth + "1" + "]" * depth
    yaml = YamlText("x.yaml", text)
    assert {fault.reason.removeprefix("not YAML: ") for fault in yaml.faults} == {f"nested more than {DEEPEST} deep"}


def test_what_people_nest_is_read() -> None:
    assert YamlText("x.yaml", "[" * DEEPEST + "1" + "]" * DEEPEST).faults == []
