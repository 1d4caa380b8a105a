"""The examples are what people copy from: the editor marks nothing in them, and an SMS of theirs costs one."""

from functools import cache

import pytest

from shared.definitions import loader
from shared.definitions.loader import Documents
from tests.unit.definitions.test_schemas import DEFINITIONS, SCHEMAS
from tests.unit.definitions.test_story import GSM_7


@cache
def documents() -> Documents:
    return loader.load(loader.read_tree(DEFINITIONS, examples=True))


def test_the_editor_accepts_them() -> None:
    sources = documents().sources.items()
    plain = [({key: source[key] for key in source if key != "uses"}, kind) for (kind, _), source in sources]
    assert [source for source, kind in plain if not SCHEMAS[kind].accepts(source)] == []


@pytest.mark.parametrize("name", ["missed-sms", "recall-warning", "welcome-last"])
def test_an_sms_is_one_message(name: str) -> None:
    for text in documents().templates[name].languages.values():
        assert set(text.text) <= GSM_7
        assert len(text.text) <= 160


def test_every_template_has_a_topic_and_mails_that_sell_say_so() -> None:
    templates = documents().templates
    assert [name for name, template in templates.items() if not template.topic] == []
    assert {name for name, template in templates.items() if template.purpose == "transactional"} == {
        "case-resolved",
        "case-being-worked-on",
        "ticket-opened",
        "ticket-reopened",
        "ticket-delayed",
        "recall-warning",
        "recall-letter",
        "request-received",
    }
