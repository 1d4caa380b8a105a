"""Reasons are a closed list: every code that a delivery can get has words for people."""

import ast
from collections.abc import Iterator
from pathlib import Path

import shared.deliveries
from shared.deliveries.consent import VERDICTS
from shared.deliveries.reasons import REASONS
from shared.deliveries.report import REASON

SEND = Path(shared.deliveries.__file__).parent / "send.py"


def test_every_verdict_and_report_has_words() -> None:
    assert {reason for reason in VERDICTS.values() if reason} | set(REASON.values()) <= REASONS.keys()


def words_of_send() -> Iterator[str]:
    """Find the reasons in the calls and returns that give them."""
    for node in ast.walk(ast.parse(SEND.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_failed":
            yield from (part.value for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant))  # type: ignore[misc]
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            yield from (part.value for part in node.value.elts[1:] if isinstance(part, ast.Constant))  # type: ignore[misc]


def test_every_reason_that_a_send_gives_has_words() -> None:
    given = set(words_of_send())
    assert {"contact_missing", "outcome_unknown", "provider_unavailable"} <= given
    assert given <= REASONS.keys()


def test_words_are_sentences() -> None:
    assert [words for words in REASONS.values() if not (words[0].isupper() and words.endswith("."))] == []
