"""Scenario files: which there are, and what they say."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from shared.contacts.importing import read_contacts, read_devices
from shared.definitions.faults import Fault, Invalid
from shared.definitions.loader import Documents
from shared.scenarios import recorded, scenario_reader
from shared.scenarios.scenario import Scenario

FOLDER = "scenarios"
"""Beside triggers, journeys and templates in a folder of definitions."""


def scenarios(paths: Iterable[Path], documents: Documents) -> list[Scenario]:
    """The scenarios of files, and of all `.yaml` files in folders; Invalid with every fault of all of them."""
    files = [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            texts[str(file)] = _text(file)
        except Invalid as invalid:
            faults += invalid.faults
    try:
        found = scenario_reader.read(texts, documents)
    except Invalid as invalid:
        faults += invalid.faults
    if faults:
        raise Invalid(faults)
    return found


def events(file: Path, documents: Documents, contacts: Path | None, devices: Path | None) -> Scenario:
    """Recorded events as a scenario, with the contacts and devices of CSV files; Invalid with every fault."""
    faults: list[Fault] = []
    known = recorded.Known(
        _imported(contacts, read_contacts, faults),
        _imported(devices, read_devices, faults),
    )
    try:
        found = recorded.read(str(file), _text(file), documents, known)
    except Invalid as invalid:
        faults += invalid.faults
    if faults:
        raise Invalid(faults)
    return found


def about(journey: str, found: Sequence[Scenario]) -> list[Scenario]:
    """Those about a journey; one that names none shows this one."""
    return [replace(each, journey=journey) for each in found if each.journey in ("", journey)]


def _imported[C](file: Path | None, read: Callable[[str, bytes], list[C]], faults: list[Fault]) -> list[C]:
    try:
        return read(str(file), file.read_bytes()) if file else []
    except Invalid as invalid:
        faults += invalid.faults
    except OSError as error:
        faults.append(Fault(str(file), 0, error.strerror or "cannot be read"))
    return []


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Fault(str(file), 1, "not UTF-8")]) from None
    except OSError as error:
        raise Invalid([Fault(str(file), 0, error.strerror or "cannot be read")]) from None
