"""A row as an entity of Table storage: its JSON text in string properties, legible in Storage Explorer."""

import json
from itertools import count, takewhile

from azure.data.tables import TableEntity

from shared.runtime.store import Row

PROPERTY_CHARACTERS = 32_000
"""A string property holds 64 KiB of UTF-16."""


def entity(partition: str, key: str, text: str) -> dict[str, str]:
    """Return the entity that holds the text in `data`, `data1`, `data2` and so on."""
    starts = range(0, len(text), PROPERTY_CHARACTERS)
    parts = {_name(n): text[start : start + PROPERTY_CHARACTERS] for n, start in enumerate(starts)}
    return {"PartitionKey": partition, "RowKey": key} | parts


def row(found: TableEntity) -> Row:
    """Return what was stored, with its ETag."""
    parts = takewhile(found.__contains__, map(_name, count()))
    text = "".join(found[part] for part in parts)
    return Row(found["RowKey"], json.loads(text), str(found.metadata["etag"]))


def _name(n: int) -> str:
    return f"data{n}" if n else "data"
