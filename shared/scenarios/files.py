"""Scenario files: which there are, and what they say."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shared.contacts.importing import read_contacts, read_devices
from shared.definitions.faults import Fault, Invalid
from shared.definitions.loader import Documents
from shared.scenarios import recorded, scenario_reader
from shared.scenarios.scenario import Scenario

FOLDER = "scenarios"
"""Beside triggers, journeys and templates in a folder of definitions."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of events, and CSV files of those who are in them."""

    events: Path
    contacts: Path | None = None
    devices: Path | None = None


def read(paths: Iterable[Path], recording: Recording | None, documents: Documents) -> list[Scenario]:
    """The scenarios of files, and of all `.yaml` files in folders, then a recording; Invalid with every fault."""
    faults: list[Fault] = []
    files = [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    texts = {str(file): _attempted(file, _text, "", faults) for file in files}
    found: list[Scenario] = []
    try:
        found = scenario_reader.read(texts, documents)
    except Invalid as invalid:
        faults += invalid.faults
    if recording is not None:
        declared = documents.contact_attributes
        known = recorded.Known(
            _attempted(
                recording.contacts, lambda file: read_contacts(str(file), file.read_bytes(), declared), [], faults
            ),
            _attempted(recording.devices, lambda file: read_devices(str(file), file.read_bytes()), [], faults),
        )
        found += _attempted(recording.events, lambda file: _recorded(file, documents, known), [], faults)
    if faults:
        raise Invalid(faults)
    return found


def about(journey: str, found: Sequence[Scenario]) -> list[Scenario]:
    """Those about a journey; one that names none shows this one."""
    return [replace(each, journey=journey) for each in found if each.journey in ("", journey)]


def _attempted[C](file: Path | None, read_one: Callable[[Path], C], nothing: C, faults: list[Fault]) -> C:
    """What is read, or nothing and its faults."""
    if file is None:
        return nothing
    try:
        return read_one(file)
    except Invalid as invalid:
        faults += invalid.faults
    except OSError as error:
        faults.append(Fault(str(file), 0, error.strerror or "cannot be read"))
    return nothing


def _recorded(file: Path, documents: Documents, known: recorded.Known) -> list[Scenario]:
    return [recorded.read(str(file), _text(file), documents, known)]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Fault(str(file), 1, "not UTF-8")]) from None
