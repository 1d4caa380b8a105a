"""What Table storage refuses by size, checked before anything is sent.

Azurite would take too large an entity, and drop the connection on too many changes.
"""

from collections.abc import Sequence

from shared.runtime import codec
from shared.runtime.errors import TooLarge
from shared.runtime.ids import units
from shared.runtime.store import MAX_CHANGES, Change, Delete

MAX_ENTITY_CHARACTERS = 500_000
"""JSON text in one entity. The 1 MiB of an entity counts two bytes a character
(https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model)."""

MAX_TRANSACTION_BYTES = 3_800_000
"""A transaction's rows as they travel; its request holds at most 4 MiB
(https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions)."""

MAX_KEY_UNITS = 512
"""UTF-16 units of a partition or row key: both hold 1 KiB."""

CHANGE_BYTES = 2048
"""Room for the headers and keys of one change in a transaction."""


def encoded(partition: str, changes: Sequence[Change]) -> dict[str, str]:
    """Return each new row's JSON text by key; raises TooLarge."""
    for key in (partition, *(change.key for change in changes)):
        if units(key) > MAX_KEY_UNITS:
            raise TooLarge(f"The key {key[:40]}... is longer than {MAX_KEY_UNITS} characters.")
    if len(changes) > MAX_CHANGES or len({change.key for change in changes}) < len(changes):
        raise TooLarge(f"A transaction holds at most {MAX_CHANGES} changes of different rows.")
    texts = {change.key: codec.text(change.data) for change in changes if not isinstance(change, Delete)}
    for key, text in texts.items():
        if len(text) > MAX_ENTITY_CHARACTERS:
            raise TooLarge(f"The row {key} has {len(text)} characters; an entity holds {MAX_ENTITY_CHARACTERS}.")
    if sum(_travelling(text) for text in texts.values()) > MAX_TRANSACTION_BYTES:
        raise TooLarge(f"The transaction is larger than {MAX_TRANSACTION_BYTES} bytes.")
    return texts


def _travelling(text: str) -> int:
    """Count the bytes of a JSON text inside a JSON request, where quotes and backslashes are escaped again."""
    return len(text) + text.count('"') + text.count("\\") + CHANGE_BYTES
