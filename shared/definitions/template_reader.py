"""Templates as they are written: read and checked."""

from collections.abc import Collection, Iterable, Mapping

from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.templates import Channel, Purpose, Template, Text

CHANNELS: tuple[Channel, ...] = ("sms", "email", "push")
PURPOSES: tuple[Purpose, ...] = ("transactional", "commercial")
PARTS: Mapping[Channel, tuple[list[str], list[str]]] = {
    "sms": (["text"], []),
    "email": (["subject", "text"], ["html"]),
    "push": (["subject", "text"], ["link"]),
}
"""Per channel, the parts that a text must and may have."""

OPT_OUT = "STOP"


def parse(node: Node, reader: Reader, languages: Collection[str] | None = None) -> Template:
    """The template, which must be written in exactly these languages.

    Without `languages`, as for one that was published before, what it says is not checked again: that needs Liquid.
    """
    required = ["template", "channel", "purpose", "languages"]
    fields = reader.fields(node, required, ["topic", "default_language"])
    channel = reader.choice(fields.get("channel"), CHANNELS)
    purpose = reader.choice(fields.get("purpose"), PURPOSES)
    template = Template(
        name=reader.name(fields.get("template")),
        channel=channel,
        purpose=purpose,
        topic=reader.name(fields.get("topic")) or None,
        languages=_languages(fields.get("languages"), channel, reader, checked=languages is not None),
        default_language=reader.text(fields.get("default_language")) or "en",
    )
    if "languages" in fields and isinstance(fields["languages"].value, Mapping):
        _check_languages(template, fields["languages"], languages or template.languages, reader)
        _check_opt_out(template, fields["languages"], reader)
    return template


def _languages(node: Node | None, channel: Channel, reader: Reader, *, checked: bool) -> Mapping[str, Text]:
    required, optional = PARTS[channel]
    texts = {}
    for language, item in reader.entries(node).items():
        fields = reader.fields(item, required, optional)
        if checked:
            _check_liquid(fields.values(), reader)
        parts = {part: reader.text(fields.get(part)).rstrip() for part in (*required, *optional)}
        texts[language.lower()] = Text(**parts, language=language.lower())
    return texts


def _check_liquid(parts: Iterable[Node], reader: Reader) -> None:
    from shared.definitions import liquid_text

    for node in parts:
        for line, reason in liquid_text.faults(reader.text(node)):
            reader.fault_at(node.text_line + line - 1, reason)


def _check_languages(template: Template, node: Node, languages: Collection[str], reader: Reader) -> None:
    for missing in [language for language in languages if language not in template.languages]:
        reader.fault(node, f"the language `{missing}` is missing")
    for language, item in reader.entries(node).items():
        if language.lower() not in languages:
            reader.fault(item, f"`{language}` is not one of {', '.join(languages)}{nearest(language, languages)}")
    if template.default_language not in {*template.languages, *languages}:
        reader.fault(node, f"the default language `{template.default_language}` is missing")


def _check_opt_out(template: Template, node: Node, reader: Reader) -> None:
    """A commercial SMS carries its own way out, as e-mail has its unsubscribe header."""
    if template.channel != "sms" or template.purpose != "commercial":
        return
    for language, item in reader.entries(node).items():
        if OPT_OUT not in template.languages[language.lower()].text:
            reader.fault(item, f"a commercial SMS says how to opt out: {OPT_OUT}")
