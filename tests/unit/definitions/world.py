"""A small world of definitions, into which a test puts the one it is about."""

import pytest

from shared.definitions import loader
from shared.definitions.faults import Invalid
from shared.definitions.loader import Documents
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.yaml_text import YamlText

TRIGGERS = """
trigger: alarm
kind: custom
attributes: {device: reference, code: number, at: datetime, loud: boolean, note: {type: text, optional: true}}
audience: {attribute: device, via: device.owner}
---
trigger: case-requested
kind: custom
command: open_case
attributes: {device: reference, priority: text, note: {type: text, optional: true}}
answer: {case_id: reference, number: text, outcome: text}
---
trigger: praised
kind: custom
attributes: {}
---
trigger: case-changed
kind: business
table: cases
columns: [status]
attributes: {case: reference, number: text, contact: reference, status: text, device: reference}
audience: {attribute: contact}
---
trigger: sms-delivered
kind: interaction
attributes: {delivery: reference, contact: reference}
audience: {attribute: contact}
"""

TEMPLATES = """
template: hello
channel: sms
purpose: transactional
languages:
  en: {text: "Hello {{ contact.name }}"}
  de: {text: "Guten Tag {{ contact.name }}"}
---
template: ticket
channel: sms
purpose: transactional
languages:
  en: {text: "Ticket {{ ticket.number }}: {{ ticket.link }}"}
  de: {text: "Ticket {{ ticket.number }}: {{ ticket.link }}"}
---
template: letter
channel: email
purpose: transactional
languages:
  en: {subject: "Ticket", text: "Hello"}
  de: {subject: "Ticket", text: "Guten Tag"}
"""


def load(text: str, file: str = "x.yaml") -> Documents:
    return loader.load({"triggers.yaml": TRIGGERS, "templates.yaml": TEMPLATES, file: text})


def faults(text: str, file: str = "x.yaml") -> list[str]:
    """`line: reason` of each fault in the text, which is all of them: the world around it is sound."""
    with pytest.raises(Invalid) as caught:
        load(text, file)
    assert {fault.file for fault in caught.value.faults} == {file}
    return [f"{fault.line}: {fault.reason}" for fault in caught.value.faults]


def node(text: str) -> tuple[Node, Reader]:
    """The one document of the text, and a reader for it."""
    yaml = YamlText("x.yaml", text)
    assert yaml.faults == []
    return yaml.documents[0], Reader("x.yaml")
