"""Templates say the same in each language, and nothing that is not known."""

import re
from dataclasses import replace
from typing import Any

import pytest

from shared.definitions.templates import Template, TemplateError, Text, render, tokens
from tests.unit.definitions.world import faults, load

VALUES: dict[str, Any] = {
    "contact": {"name": "Ann <b>&", "email": None},
    "tiles": {"open-it": {"number": "CAS-1"}},
}


def template(text: str = "", subject: str = "", html: str = "", language: str = "en") -> Template:
    texts = {language: Text(text, subject, html, language)}
    return Template("hello", "email", "transactional", None, texts, default_language=language)


def test_values_are_filled_in_and_only_html_is_escaped() -> None:
    hello = "{{ contact.name }} {{ tiles.open-it.number }}"
    assert render(template(hello, hello, hello), "en", VALUES) == Text(
        text="Ann <b>& CAS-1", subject="Ann <b>& CAS-1", html="Ann &lt;b&gt;&amp; CAS-1", language="en"
    )


def test_a_push_message_leads_somewhere() -> None:
    push = replace(template("Seen", "Your device"), channel="push")
    linked = replace(push, languages={"en": replace(push.languages["en"], link="{{ ticket.link }}")})
    assert tokens(linked) == {"ticket.link"}
    assert render(linked, "en", {"ticket": {"link": "https://care.example/t/1"}}).link == "https://care.example/t/1"


def test_a_value_cannot_break_the_line_of_a_subject() -> None:
    evil = {"contact": {"name": "Ann\r\nBcc: all@example.org"}}
    assert render(template(subject="Hello {{ contact.name }}"), "en", evil).subject == "Hello Ann Bcc: all@example.org"


def test_what_is_known_to_be_empty_renders_as_nothing() -> None:
    text = "[{{ contact.email }}]{% if contact.email %}!{% endif %}"
    assert render(template(text), "en", VALUES).text == "[]"


@pytest.mark.parametrize(
    ("asked", "given"),
    [("de", "de"), ("DE", "de"), ("de-AT", "de"), ("de_AT", "de"), ("pt-BR", "pt-br"), ("fr", "en"), ("", "en")],
)
def test_the_language_is_the_nearest_there_is(asked: str, given: str) -> None:
    texts = {language: Text(language, language=language) for language in ("en", "de", "pt-br")}
    assert render(Template("hello", "sms", "transactional", None, texts), asked, {}) == texts[given]


def test_tokens_are_found_in_every_language_and_part() -> None:
    texts = {
        "en": Text("{{ contact.name | upcase }} {% if trigger.loud %}{{ tiles.open-it.number }}{% endif %}"),
        "de": Text("{% assign x = ticket.link %}{{ x }}", subject="{{ ticket.number }}", html="{{ contact['email'] }}"),
    }
    assert tokens(Template("hello", "email", "transactional", None, texts)) == {
        "contact.name",
        "contact.email",
        "trigger.loud",
        "tiles.open-it.number",
        "ticket.link",
        "ticket.number",
    }


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("Hello\n{{ contact.phone }}", 2, "undefined: contact.phone"),
        ("{% if trigger.loud %}loud{% endif %}{{ contact.name }}", 1, "undefined: trigger.loud"),
        ("{{ contact.name.first }}", 1, "undefined: contact.name.first"),
        ("\n\n{{ 1 | divided_by: 0 }}", 3, "FilterArgumentError"),
        ("{{ contact.name | base64_decode }}", 1, "UnicodeDecodeError"),
        ('{{ "99999999999999999999" | date: "%Y" }}', 1, "OverflowError"),
        ('{{ "now" | date: "%Y" }}', 1, "FilterArgumentError"),
    ],
)
def test_what_cannot_be_rendered_is_named_without_a_value(text: str, line: int, reason: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(template(html=text), "en", VALUES)
    assert str(caught.value) == f"hello/en/html:{line}: {reason}"
    assert "Ann" not in repr(caught.value)
    assert caught.value.__suppress_context__


SMS = "template: t\nchannel: sms\npurpose: transactional\nlanguages:\n"
EMAIL = "template: t\nchannel: email\npurpose: transactional\nlanguages:\n"
PUSH = "template: t\nchannel: push\npurpose: transactional\nlanguages:\n"
DE = "  de: {subject: Hallo, text: Hallo}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("template: t\nchannel: sms\nlanguages:\n  en: {text: a}\n  de: {text: b}", ["1: `purpose` is missing"]),
        (
            "template: t\nchannel: sms\npurpose: advertising\nlanguages:\n  en: {text: a}\n  de: {text: b}",
            ["3: `advertising` is not one of transactional, commercial"],
        ),
        (SMS.replace("sms", "fax") + "  en: {text: a}\n  de: {text: b}", ["2: `fax` is not one of sms, email, push"]),
        (PUSH + DE.replace("{", "{link: l, ") + "  en: {text: a}", ["6: `subject` is missing"]),
        (PUSH + DE + "  en: {subject: a, text: b, html: c}", ["6: unknown key `html`"]),
        (SMS + "  en: {text: a}", ["4: the language `de` is missing"]),
        (SMS + "  en: {text: a}\n  de: {text: b}\n  fr: {text: c}", ["7: `fr` is not one of en, de"]),
        (SMS + "  - en", ["4: must be a mapping"]),
        (SMS + "  en: {text: a}\n  de: {text: ' '}", ["6: must be text"]),
        (SMS + "  en: {text: a}\n  de: {text: b, subject: c}", ["6: unknown key `subject`"]),
        (EMAIL + DE + "  en: {text: a}", ["6: `subject` is missing"]),
        (EMAIL + DE + "  en: {subject: a, html: b}", ["6: `text` is missing"]),
        (
            "default_language: fr\n" + SMS + "  en: {text: a}\n  de: {text: b}",
            ["5: the default language `fr` is missing"],
        ),
        (EMAIL + DE + "  en: {subject: a, text: '{{ x'}", ["6: not Liquid: expected '}}', found end of file"]),
        (
            EMAIL + DE + "  en:\n    subject: a\n    text: |\n      a\n      {% bogus %}",
            ["10: not Liquid: unexpected tag 'bogus'"],
        ),
        (
            EMAIL + DE + "  en:\n    subject: a\n    text: |\n      a\n\n      {{ a | uppercase }}",
            ["11: unknown filter `uppercase`"],
        ),
        (EMAIL + DE + "  en: {subject: a, text: '{% include \"x\" %}'}", ["6: not Liquid: unexpected tag 'include'"]),
        (EMAIL + DE + "  en: {subject: a, html: '{{ a | safe }}', text: b}", ["6: unknown filter `safe`"]),
        (
            EMAIL + DE + "  en: {subject: a, text: '{{ trigger[contact.name] }}'}",
            ["6: `trigger[contact.name]` is not a path of plain names"],
        ),
        (
            SMS.replace("transactional", "commercial") + "  en: {text: STOP to end}\n  de: {text: Kauf}",
            ["6: a commercial SMS says how to opt out: STOP"],
        ),
    ],
)
def test_a_template_at_fault(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


def test_a_template_is_read_with_its_topic_and_languages() -> None:
    text = SMS.replace("languages:", "topic: service\nlanguages:") + "  en: {text: a}\n  de:\n    text: |\n      b\n"
    assert load(text).templates["t"] == Template(
        "t", "sms", "transactional", "service", {"en": Text("a", language="en"), "de": Text("b", language="de")}
    )


def test_the_texts_themselves_are_not_told_in_errors() -> None:
    with pytest.raises(TemplateError) as caught:
        render(template("secret {{ contact.phone }}"), "en", VALUES)
    assert not re.search("secret", str(caught.value))
