"""Contacts and their devices from CSV files: all lines are checked before any command is made."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from shared.contacts import checks, csv_text
from shared.contacts.messages import PutContact
from shared.definitions.faults import Fault, Invalid
from shared.devices.messages import PutDevice

Check = Callable[[str], str]

CONTACT: Mapping[str, Check] = {
    "contact_id": checks.identifier,
    "name": checks.label,
    "email": checks.email,
    "phone": checks.phone,
    "language": checks.language,
    "time_zone": checks.time_zone,
}
DEVICE: Mapping[str, Check] = {
    "device_id": checks.identifier,
    "contact_id": checks.identifier,
    "model": checks.label,
}
"""Column to its check, the identifying one first. All are required: a contact is replaced as a whole."""


def read_contacts(file: str, raw: bytes) -> list[PutContact]:
    """Return a command for each line; raises Invalid with all faults of the file, which never quote a value."""
    return [
        PutContact(line["contact_id"], line["name"], line["email"], line["phone"], line["language"], line["time_zone"])
        for line in _read(file, raw, CONTACT)
    ]


def read_devices(file: str, raw: bytes) -> list[PutDevice]:
    """Return a command for each line; raises Invalid with all faults of the file, which never quote a value."""
    return [PutDevice(line["device_id"], line["contact_id"], line["model"]) for line in _read(file, raw, DEVICE)]


def _read(file: str, raw: bytes, columns: Mapping[str, Check]) -> list[Mapping[str, str]]:
    lines, faults = csv_text.read(file, raw, list(columns))
    read = [_checked(file, line, columns, faults) for line in lines]
    faults += _repeated(file, lines, next(iter(columns)))
    if faults:
        raise Invalid(faults)
    return read


def _checked(file: str, line: csv_text.Line, columns: Mapping[str, Check], faults: list[Fault]) -> Mapping[str, str]:
    values = {}
    for column, check in columns.items():
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
