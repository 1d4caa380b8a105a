"""Reading a case as it stands."""

from shared.cases.case import HEAD, TABLE, Case
from shared.runtime.aggregate import read_head
from shared.runtime.ids import quoted
from shared.runtime.store import Store


async def find_case(store: Store, case: str) -> Case | None:
    """Return the case with this id; None where there is none."""
    return await read_head(store, TABLE, quoted(case), HEAD, Case)
