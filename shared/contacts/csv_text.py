"""CSV files with a header (RFC 4180), read whole so that everything wrong with them is told at once."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.definitions.faults import Fault, Invalid
from shared.definitions.names import nearest


@dataclass(frozen=True, slots=True)
class Line:
    """One record: the line it begins in, and its values by column, without the blanks around them."""

    number: int
    values: Mapping[str, str]


def read(file: str, raw: bytes, columns: Sequence[str], optional: Sequence[str] = ()) -> tuple[list[Line], list[Fault]]:
    """Return the records that can be read and the faults of the others; Invalid where the header is of no use.

    An `optional` column may be left out; then no record has a value for it.
    """
    records = _records(file, _text(file, raw))
    start, header = next(records, (1, []))
    if isinstance(header, Fault):
        raise Invalid([header])
    names = [name.strip() for name in header]
    if faults := [Fault(file, start, reason) for reason in _header_faults(names, columns, optional)]:
        raise Invalid(faults)
    lines: list[Line] = []
    broken: list[Fault] = []
    for number, record in records:
        if isinstance(record, Fault):
            broken.append(record)
        elif len(record) != len(names):
            broken.append(Fault(file, number, f"has {len(record)} values, the header has {len(names)} columns"))
        else:
            lines.append(Line(number, dict(zip(names, map(str.strip, record), strict=True))))
    return lines, broken


def _text(file: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid([Fault(file, raw.count(b"\n", 0, error.start) + 1, "not UTF-8")]) from None


def _records(file: str, text: str) -> Iterator[tuple[int, list[str] | Fault]]:
    """Yield each record, or its fault, with the line that it begins in; blank lines are none."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            yield number, Fault(file, number, f"not CSV: {error}")
            continue
        if record is None:
            return
        if record:
            yield number, record


def _header_faults(names: Sequence[str], columns: Sequence[str], optional: Sequence[str]) -> Iterator[str]:
    """Columns are named by their place: where the header was forgotten, the first line is somebody's data."""
    expected = f"the first line names the columns {','.join(columns)}"
    if len(names) == 1 and ";" in names[0]:
        yield "separate the columns by commas, not semicolons"
    elif not set(names) & set(columns):
        yield expected
    else:
        for place, name in enumerate(names, 1):
            if name not in columns and name not in optional:
                yield f"column {place} is not known{nearest(name, [*columns, *optional])}"
            elif name in names[: place - 1]:
                yield f"column {name} is there twice"
        yield from (f"column {name} is missing" for name in columns if name not in names)
