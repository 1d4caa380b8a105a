"""Reading a contact as they are."""

from shared.contacts.contact import HEAD, TABLE, Contact
from shared.runtime.aggregate import read_head
from shared.runtime.ids import quoted
from shared.runtime.store import Store


async def find_contact(store: Store, contact: str) -> Contact | None:
    """Return the contact with this id; None where there is none."""
    return await read_head(store, TABLE, quoted(contact), HEAD, Contact)
