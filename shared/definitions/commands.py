"""The commands that a trigger may name: which attributes each one needs and knows, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.definitions.attributes import Attribute, fits
from shared.definitions.bounds import CHOICES
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader

REFERENCE, TEXT, NUMBER, BOOLEAN = (Attribute(type_) for type_ in ("reference", "text", "number", "boolean"))
ABOUT_CASES: Mapping[str, Attribute] = {"case_id": REFERENCE, "number": TEXT, "outcome": TEXT}
SAID: Mapping[str, Attribute] = {"title": TEXT, "description": TEXT, "subject": TEXT, "product": TEXT}


@dataclass(frozen=True, slots=True)
class Command:
    """Attributes that it does not know may be there: they are for whoever else reads the event."""

    needs: Mapping[str, Attribute] = field(default_factory=dict)
    one_of: Mapping[str, Attribute] = field(default_factory=dict)
    """At least one of these."""
    takes: Mapping[str, Attribute] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, Attribute] = field(default_factory=lambda: ABOUT_CASES)


COMMANDS: Mapping[str, Command] = {
    "open_case": Command(
        takes={
            **SAID,
            "device": REFERENCE,
            "error_code": NUMBER,
            **dict.fromkeys(("priority", "type", "origin", "queue", "sla", "alert_key"), TEXT),
        },
        choices=CHOICES,
    ),
    "update_case": Command(
        needs={"case": REFERENCE},
        one_of={**SAID, "priority": TEXT, "type": TEXT, "owner": REFERENCE},
        choices={name: CHOICES[name] for name in ("priority", "type")},
    ),
    "change_status": Command(
        needs={"case": REFERENCE, "status_reason": TEXT},
        takes={"text": TEXT},
        choices={"status_reason": ("in_progress", "on_hold", "waiting_for_details", "researching")},
    ),
    "resolve_case": Command(
        needs={"case": REFERENCE},
        takes={"resolution": TEXT, "text": TEXT, "billable_minutes": NUMBER, "cancel_activities": BOOLEAN},
        choices={"resolution": ("problem_solved", "information_provided")},
    ),
    "escalate_case": Command(needs={"case": REFERENCE}, takes={"escalated": BOOLEAN, "text": TEXT}),
    "add_activity": Command(
        needs={"case": REFERENCE, "text": TEXT},
        takes={"type": TEXT, "subject": TEXT, "direction": TEXT, "conversation": REFERENCE},
        choices={
            "type": ("note", "phone_call", "email", "sms", "appointment", "conversation"),
            "direction": ("in", "out"),
        },
    ),
    "recover_device": Command(takes={"error_code": NUMBER, "alert_key": TEXT}),
    "take_activity": Command(answers={}),
}


def check(name: str, declared: Mapping[str, Attribute], fields: Mapping[str, Node], reader: Reader) -> None:
    """Note what the command misses among a trigger's attributes, and what is of another type than it knows."""
    command = COMMANDS[name]
    nodes = reader.entries(fields.get("attributes"))
    for each, needed in command.needs.items():
        if each not in declared:
            reader.fault(fields["command"], f"`{name}` needs an attribute `{each}` of type {needed.type}")
        elif declared[each].optional:
            reader.fault(nodes[each], f"`{name}` needs `{each}`: it must not be optional")
    if command.one_of and not command.one_of.keys() & declared.keys():
        reader.fault(fields["command"], f"`{name}` needs an attribute among {', '.join(sorted(command.one_of))}")
    for each, known in {**command.needs, **command.one_of, **command.takes}.items():
        if each in declared and not fits(declared[each].type, known.type):
            reader.fault(nodes[each], f"`{each}` of `{name}` is of type {known.type}")


def check_answer(name: str, promised: Mapping[str, Attribute], nodes: Mapping[str, Node], reader: Reader) -> None:
    """Note what a trigger says that the command answers, and it does not."""
    answers = COMMANDS[name].answers
    for each, attribute in promised.items():
        if each not in answers:
            reader.fault(nodes[each], f"`{name}` does not answer `{each}`{nearest(each, answers)}")
        elif not fits(answers[each].type, attribute.type):
            reader.fault(nodes[each], f"`{each}` that `{name}` answers is of type {answers[each].type}")


def check_constant(name: str, attribute: str, value: object, node: Node, reader: Reader) -> None:
    """Note a constant that the command would refuse."""
    choices = COMMANDS[name].choices.get(attribute) if name in COMMANDS else None
    if choices and value not in choices:
        reader.fault(node, f"`{attribute}` of `{name}` is one of {', '.join(choices)}")
