"""Contacts and their devices from CSV files: all lines are checked before any command is made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shared.contacts import checks, csv_text
from shared.contacts.messages import PutContact
from shared.definitions.attributes import Attribute
from shared.definitions.faults import Fault, Invalid
from shared.devices.messages import PutDevice

Check = Callable[[str], object]

CONTACT: Mapping[str, Check] = {
    "contact_id": checks.identifier,
    "name": checks.label,
    "email": checks.email,
    "phone": checks.phone,
    "language": checks.language,
    "time_zone": checks.time_zone,
}
ABOUT: Mapping[str, Check] = {
    "city": checks.label,
    "position": checks.label,
    "account": checks.label,
    "relationship": checks.label,
    "preferred_channel": checks.channel,
}
"""These, and `attribute.NAME` for each declared attribute, may be left out: then they are empty."""
ATTRIBUTE = "attribute."
DEVICE: Mapping[str, Check] = {
    "device_id": checks.identifier,
    "contact_id": checks.identifier,
    "model": checks.label,
}
"""Column to its check, the identifying one first. All of these are required: a contact is replaced as a whole."""

LINE = "line"
"""Beside the values of a line: which one it is."""

NONE: Mapping[str, Attribute] = {}


def read_contacts(file: str, raw: bytes, declared: Mapping[str, Attribute] = NONE) -> list[PutContact]:
    """Return a command for each line; raises Invalid with all faults of the file, which never quote a value.

    `declared` are the attributes that a deployment keeps besides; of each a contact may have a value.
    """
    columns = {f"{ATTRIBUTE}{name}": _typed(attribute) for name, attribute in declared.items()}
    return [_contact(line, declared) for line in read_lines(file, raw, CONTACT, {**ABOUT, **columns})]


def _contact(line: Mapping[str, Any], declared: Mapping[str, Attribute]) -> PutContact:
    attributes = {name: line.get(f"{ATTRIBUTE}{name}", "") for name in declared}
    return PutContact(
        contact=line["contact_id"],
        **{name: line[name] for name in CONTACT if name != "contact_id"},
        **{name: line[name] for name in ABOUT if name in line},
        attributes={name: value for name, value in attributes.items() if value != ""},
    )


def _typed(attribute: Attribute) -> Check:
    return lambda value: checks.typed(value, attribute.type) if value else ""


def read_devices(file: str, raw: bytes) -> list[PutDevice]:
    """Return a command for each line; raises Invalid with all faults of the file, which never quote a value."""
    return [PutDevice(line["device_id"], line["contact_id"], line["model"]) for line in read_lines(file, raw, DEVICE)]


def read_lines(
    file: str, raw: bytes, columns: Mapping[str, Check], optional: Mapping[str, Check] | None = None
) -> list[Mapping[str, Any]]:
    """Return the values of each line by column, and its number; the first column tells lines apart. Raises Invalid."""
    optional = optional or {}
    lines, faults = csv_text.read(file, raw, list(columns), list(optional))
    read = [_checked(file, line, {**columns, **optional}, faults) for line in lines]
    faults += _repeated(file, lines, next(iter(columns)))
    if faults:
        raise Invalid(faults)
    return read


def _checked(file: str, line: csv_text.Line, columns: Mapping[str, Check], faults: list[Fault]) -> Mapping[str, Any]:
    values: dict[str, Any] = {LINE: line.number}
    for column, check in columns.items():
        if column not in line.values:
            continue
        try:
            values[column] = check(line.values[column])
        except checks.Wrong as wrong:
            faults.append(Fault(file, line.number, f"{column}: {wrong}"))
    return values


def _repeated(file: str, lines: Sequence[csv_text.Line], column: str) -> Iterator[Fault]:
    places: dict[str, int] = {}
    for line in lines:
        first = places.setdefault(line.values[column], line.number)
        if first != line.number:
            yield Fault(file, line.number, f"{column}: is in line {first} already")
