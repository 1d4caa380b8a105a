"""YAML 1.2 text to nodes that know their line."""

import math
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode
from ruamel.yaml.reader import ReaderError

from shared.definitions.faults import Fault
from shared.definitions.node import Node, Scalar

PREFIX = "tag:yaml.org,2002:"
CONSTRUCTED = {PREFIX + name for name in ("bool", "float", "int", "null")}
VERBATIM = {PREFIX + name for name in ("str", "timestamp")}
"""A timestamp stays the text it is, as a key too: an attribute of type datetime is ISO 8601 text in JSON too."""

DEEPEST = 60
"""Lists and mappings inside one another: far more than people write, and far less than readers of them can stand."""


class YamlText:
    """The documents of one file, and what is wrong with its YAML."""

    def __init__(self, file: str, text: str) -> None:
        self.faults: list[Fault] = []
        self.broken = False
        self._file = file
        self._yaml = YAML(typ="safe", pure=True)
        self._seen: set[int] = set()
        self.documents = list(self._documents(text))

    def _documents(self, text: str) -> Iterator[Node]:
        try:
            for root in self._yaml.compose_all(text):
                self._seen.clear()
                if root.value or not isinstance(root, ScalarNode):
                    yield self._node(root, _line(root), 0)
        except RecursionError:
            self._break(1, f"nested more than {DEEPEST} deep")
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._break(mark.line + 1 if mark else 1, error.problem)
        except ReaderError as error:
            self._break(text.count("\n", 0, error.position) + 1, error.reason)

    def _break(self, line: int, problem: object) -> None:
        self.broken = True
        self._fault(line, f"not YAML: {problem}")

    def _fault(self, line: int, reason: str) -> None:
        self.faults.append(Fault(self._file, line, reason))

    def _node(self, node: YamlNode, line: int, depth: int) -> Node:
        if depth > DEEPEST:
            self._fault(line, f"nested more than {DEEPEST} deep")
            return Node(None, line)
        if id(node) in self._seen:
            self._fault(line, "YAML aliases are not supported: write it out")
            return Node(None, line)
        self._seen.add(id(node))
        match node:
            case MappingNode():
                return self._mapping(node, line, depth + 1)
            case SequenceNode():
                return Node([self._node(item, _line(item), depth + 1) for item in node.value], line)
            case ScalarNode():
                return Node(self._scalar(node), line, _line(node) + (node.style in {"|", ">"}))
            case _:
                raise TypeError(f"{type(node).__name__} is no YAML node")

    def _mapping(self, node: MappingNode, line: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        for key, value in node.value:
            if key.tag not in VERBATIM:
                self._fault(_line(key), "a key must be text")
            elif key.value in entries:
                self._fault(_line(key), f"`{key.value}` is given twice")
            else:
                entries[key.value] = self._node(value, _line(key), depth)
        return Node(entries, line)

    def _scalar(self, node: ScalarNode) -> Scalar:
        if node.tag in VERBATIM:
            return str(node.value)
        tag = str(node.tag)
        if tag not in CONSTRUCTED:
            self._fault(_line(node), f"the YAML tag {tag.removeprefix(PREFIX)} is not supported")
            return None
        try:
            value: Scalar = self._yaml.constructor.construct_object(node)
        except ValueError:
            value = math.nan
        if isinstance(value, float) and not math.isfinite(value):
            self._fault(_line(node), "not a finite number")
            return None
        return value


def _line(node: YamlNode) -> int:
    return int(node.start_mark.line) + 1
