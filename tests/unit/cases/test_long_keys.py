"""What others name freely makes no key that Table storage would refuse after the case was committed."""

import pytest

from shared.cases.case import HEAD, TABLE, Case
from shared.cases.messages import AddActivity, OpenCase
from shared.runtime.aggregate import read_head
from tests.unit.pages.world import CASE, CONTACT, World

LONG = "~" * 600


@pytest.mark.parametrize("field", ["queue_name", "alert_key", "product", "conversation", "device"])
async def test_a_case_with_a_long_name_is_opened_and_all_is_told(field: str) -> None:
    world = World()
    await world.say(OpenCase(CASE, CONTACT, "Error 11", error_code=11, **{field: LONG}))  # type: ignore[arg-type]
    await world.work()
    assert await read_head(world.store, TABLE, CASE, HEAD, Case) is not None
    assert world.store.partitions("rejected") == []


async def test_what_was_said_in_a_conversation_with_a_long_name_is_told() -> None:
    world = World()
    await world.has_case()
    await world.say(AddActivity(CASE, "note", "kim", "Called.", conversation=LONG))
    await world.work()
    assert world.store.partitions("rejected") == []
