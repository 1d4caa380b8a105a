"""Articles are read from files, and every fault is told with its line."""

import pytest

from shared.definitions.faults import Invalid
from shared.knowledge.markdown_file import read_articles
from shared.knowledge.messages import Content, ImportArticle

WHOLE = """---
id: reset-sensor
title: Resetting the pressure sensor
language: en
keywords: [pressure, calibration]
product: pump
author: Kim
state: draft
translation_of: sensor
---

# Steps

Hold the button.
---
A line is no front matter.
"""


def read(text: str | bytes, *more: str) -> list[ImportArticle]:
    files = [text, *more]
    return read_articles(
        [(f"{n}.md", each if isinstance(each, bytes) else each.encode()) for n, each in enumerate(files)], "kim"
    )


def faults(text: str | bytes, *more: str) -> list[str]:
    with pytest.raises(Invalid) as invalid:
        read(text, *more)
    return [str(fault) for fault in invalid.value.faults]


def test_a_file_is_an_article() -> None:
    body = "# Steps\n\nHold the button.\n---\nA line is no front matter."
    title = "Resetting the pressure sensor"
    content = Content(title, body, "en", ("pressure", "calibration"), "pump", "Kim")
    assert read(WHOLE) == [ImportArticle("reset-sensor", "kim", content, publish=False, original="sensor")]


def test_what_says_nothing_else_is_published() -> None:
    (article,) = read("---\r\nid: a\r\ntitle: T\r\nlanguage: en\r\n---\r\ntext")
    assert (article.publish, article.original, article.content.body) == (True, "", "text")


def test_a_body_may_be_empty() -> None:
    (article,) = read("---\nid: a\ntitle: T\nlanguage: en\n---")
    assert article.content.body == ""


HEAD = "---\nid: a\ntitle: T\nlanguage: en\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no front matter", ["0.md:1: does not begin with a front matter between two lines of ---"]),
        ("---\nid: a\n", ["0.md:1: does not begin with a front matter between two lines of ---"]),
        (b"---\n\xff\n---\n", ["0.md:1: is not UTF-8"]),
        ("---\n---\ntext", ["0.md:1: has no front matter"]),
        ("---\nid: a\n---\n", ["0.md:2: `language` is missing", "0.md:2: `title` is missing"]),
        (f"{HEAD}state: live\n---\n", ["0.md:5: `live` is not one of published, draft"]),
        (f"{HEAD}titel: x\n---\n", ["0.md:5: unknown key `titel` (did you mean `title`?)"]),
        (f"{HEAD}keywords: one\n---\n", ["0.md:5: must be a list of at least one item"]),
        (f"{HEAD}a: [\n---\n", ["0.md:6: not YAML: expected the node content, but found '<stream end>'"]),
        (
            "---\nid: a b\ntitle: T\nlanguage: en\n---\n",
            ["0.md:2: is no id: letters, digits and . _ - only, 64 at most"],
        ),
        (
            "---\nid: a\ntitle: T\nlanguage: english!\n---\n",
            ["0.md:4: language is no language tag, such as en or de-AT"],
        ),
        (f"{HEAD}---\n{'x' * 30_001}", ["0.md:2: body is too long"]),
    ],
)
def test_a_fault_is_told_with_its_line(text: str | bytes, told: list[str]) -> None:
    assert faults(text) == told


def test_two_files_are_not_one_article() -> None:
    assert faults(WHOLE, WHOLE) == ["1.md:1: `reset-sensor` is in 0.md too"]


def test_all_faults_of_all_files_are_told_at_once() -> None:
    assert len(faults("nothing", "nothing either", WHOLE)) == 2
