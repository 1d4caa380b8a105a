"""The people of the sample, as the story needs them."""

import csv
from dataclasses import dataclass
from pathlib import Path

from local.cloud.seed import SAMPLE


@dataclass(frozen=True, slots=True)
class Person:
    """A contact with one device."""

    id: str
    name: str
    email: str
    phone: str
    language: str
    device: str


def people() -> dict[str, Person]:
    """Read the sample; the key is the device."""
    contacts = {line["contact_id"]: line for line in _lines(SAMPLE / "contacts.csv")}
    owners = {line["device_id"]: contacts[line["contact_id"]] for line in _lines(SAMPLE / "devices.csv")}
    return {
        device: Person(owner["contact_id"], owner["name"], owner["email"], owner["phone"], owner["language"], device)
        for device, owner in owners.items()
    }


def _lines(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
