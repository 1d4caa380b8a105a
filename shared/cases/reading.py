"""Reading a case as it stands, and the one that is there in its place."""

from shared.cases.case import HEAD, TABLE, Case
from shared.runtime.aggregate import read_head
from shared.runtime.ids import quoted
from shared.runtime.store import Store

MOST_MERGES = 10
"""That are followed from one case to the next."""


async def find_case(store: Store, case: str) -> Case | None:
    """Return the case with this id; None where there is none."""
    return await read_head(store, TABLE, quoted(case), HEAD, Case)


async def find_heir(store: Store, case: str) -> Case | None:
    """Return the case with this id; of a merged one, the case that stayed."""
    found = await find_case(store, case)
    for _ in range(MOST_MERGES):
        if found is None or found.merged_into is None:
            break
        found = await find_case(store, found.merged_into)
    return found
