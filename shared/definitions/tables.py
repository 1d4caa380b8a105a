"""What business triggers can watch: whose records, which of their columns, and what an event tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.definitions.attributes import Attribute

REFERENCE, TEXT = Attribute("reference"), Attribute("text")
PERHAPS_TEXT = Attribute("text", optional=True)


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` may be watched; `attributes` are what a change of the record is told with."""

    columns: Mapping[str, Attribute]
    attributes: Mapping[str, Attribute]


TABLES: Mapping[str, Table] = {
    "cases": Table(
        columns={
            "status": TEXT,
            "status_reason": TEXT,
            "priority": TEXT,
            "type": TEXT,
            "product": TEXT,
            "owner": REFERENCE,
            "queue": TEXT,
            "escalated": Attribute("boolean"),
            "parent": REFERENCE,
        },
        attributes={
            "case": REFERENCE,
            "number": TEXT,
            "contact": REFERENCE,
            "status": TEXT,
            "status_reason": TEXT,
            "previous_status": PERHAPS_TEXT,
            "device": Attribute("reference", optional=True),
            "error_code": Attribute("number", optional=True),
            "priority": TEXT,
            "type": TEXT,
            "product": PERHAPS_TEXT,
            "queue": PERHAPS_TEXT,
            "owner": Attribute("reference", optional=True),
            "escalated": Attribute("boolean"),
        },
    ),
    "contacts": Table(
        columns={
            "name": TEXT,
            "email": TEXT,
            "phone": TEXT,
            "language": TEXT,
            "time_zone": TEXT,
            "city": TEXT,
            "position": TEXT,
            "account": TEXT,
            "relationship": TEXT,
            "preferred_channel": TEXT,
        },
        attributes={"contact": REFERENCE, "language": TEXT, "time_zone": TEXT, "changed": PERHAPS_TEXT},
    ),
    "devices": Table(
        columns={"owner": REFERENCE, "model": TEXT},
        attributes={
            "device": REFERENCE,
            "contact": REFERENCE,
            "model": PERHAPS_TEXT,
            "previous_contact": Attribute("reference", optional=True),
        },
    ),
}
"""A contact's declared attributes are columns too. Its events name what changed and never say what it became."""
