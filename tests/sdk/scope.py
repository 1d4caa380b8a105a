"""Which of the SDK's tests are run, and which of those fail: read from scope.yaml."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from ruamel.yaml import YAML

FILE = Path(__file__).with_name("scope.yaml")


@dataclass
class Rule:
    """Tests by the patterns of their names, or by the kinds of resources they need, with the reason for the rule."""

    reason: str
    tests: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)

    def unused(self, names: Iterable[str], kinds: Iterable[str]) -> Iterator[str]:
        """Yield what matches nothing: the list must not outlive what it is about."""
        names = list(names)
        yield from (each for each in self.tests if not any(fnmatchcase(name, each) for name in names))
        yield from set(self.needs) - set(kinds)

    def covers(self, name: str, kinds: frozenset[str]) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.tests) or not kinds.isdisjoint(self.needs)


@dataclass
class Scope:
    """The list."""

    files: list[str]
    slowest: list[str]
    out_of_scope: list[Rule]
    expected_failures: list[Rule]

    def rank(self, name: str) -> int:
        """Return a test's place among the slow ones; they are told from the slowest on."""
        matching = (place for place, pattern in enumerate(self.slowest) if fnmatchcase(name, pattern))
        return next(matching, len(self.slowest))

    def rules(self) -> list[Rule]:
        return self.out_of_scope + self.expected_failures


def read_scope() -> Scope:
    """Read the list; raise TypeError where it has a word that means nothing."""
    read = YAML(typ="safe").load(FILE)
    for section in ("out_of_scope", "expected_failures"):
        read[section] = [Rule(**each) for each in read[section] or []]
    return Scope(**read)


def find(rules: list[Rule], name: str, kinds: frozenset[str]) -> Rule | None:
    """Return the first rule about a test."""
    return next((rule for rule in rules if rule.covers(name, kinds)), None)
