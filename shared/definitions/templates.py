"""Message templates: what a message says, per language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

type Channel = Literal["sms", "email", "push"]
type Purpose = Literal["transactional", "commercial"]


@dataclass(frozen=True, slots=True)
class Text:
    """One language of a template in Liquid, or of a message as the customer reads it."""

    text: str
    subject: str = ""
    html: str = ""
    language: str = ""
    link: str = ""
    """Where a tap on a push message leads."""


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    channel: Channel
    purpose: Purpose
    topic: str | None
    languages: Mapping[str, Text]
    default_language: str = "en"

    def in_language(self, language: str) -> Text:
        """The text in the language, else in its primary subtag (`de` for `de-AT`, RFC 4647), else the default."""
        wanted = language.lower().replace("_", "-")
        for tag in (wanted, wanted.partition("-")[0]):
            if tag in self.languages:
                return self.languages[tag]
        return self.languages[self.default_language]


class TemplateError(Exception):
    """A template that cannot be rendered: `path` is template/language/part; no value is repeated."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path = path
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


def tokens(template: Template) -> frozenset[str]:
    """The dotted paths that any language of the template uses."""
    from shared.definitions import liquid_text

    parts = [part for text in template.languages.values() for part in (text.text, text.subject, text.html, text.link)]
    return frozenset[str]().union(*map(liquid_text.tokens, parts))


def render(template: Template, language: str, values: Mapping[str, object]) -> Text:
    """The message in the customer's language, with nested `values` (`{"contact": {"name": ...}}`).

    A token without a value raises TemplateError; one that is known to be empty is given as None and renders as nothing.
    """
    source = template.in_language(language)
    subject = _part(template, source, "subject", values)
    return Text(
        text=_part(template, source, "text", values),
        subject=" ".join(subject.split()),  # a line break from a value would begin another mail header
        html=_part(template, source, "html", values),
        link=_part(template, source, "link", values),
        language=source.language,
    )


def _part(
    template: Template, source: Text, part: Literal["text", "subject", "html", "link"], values: Mapping[str, object]
) -> str:
    from shared.definitions import liquid_text

    try:
        return liquid_text.render(getattr(source, part), values, html=part == "html")
    except liquid_text.RenderFault as fault:
        raise TemplateError(f"{template.name}/{source.language}/{part}", fault.line, fault.reason) from None
