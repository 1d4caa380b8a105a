"""What a deployment keeps of its contacts besides what every contact has."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.definitions import attribute_reader
from shared.definitions.attributes import Attribute
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.scope import ADDRESSEE, COMPARED

TAKEN = {**COMPARED, **ADDRESSEE}


@dataclass(frozen=True, slots=True)
class ContactAttributes:
    """Offered to conditions as `contact.<name>`; a contact may have a value for each."""

    name: str
    attributes: Mapping[str, Attribute]


def parse(node: Node, reader: Reader) -> ContactAttributes:
    fields = reader.fields(node, ["contact_attributes", "attributes"])
    declared = fields.get("attributes")
    for name, entry in reader.entries(declared).items():
        if name in TAKEN:
            reader.fault(entry, f"every contact has `{name}` already")
    return ContactAttributes(reader.name(fields.get("contact_attributes")), attribute_reader.parse(declared, reader))
