"""What others see of messages that were sent."""

from datetime import datetime, timedelta

from shared.deliveries.delivery import TABLE as DELIVERIES
from shared.deliveries.delivery import Delivery
from shared.runtime import codec
from shared.runtime.aggregate import read_head
from shared.runtime.ids import quoted
from shared.runtime.store import Store

ANSWERED_WITHIN = timedelta(days=7)
"""An SMS that comes later is taken for no answer to our last one."""
MOST_PAGES = 20
"""Of a hundred deliveries: who has more than two thousand is not looked through to the end."""


async def delivery(store: Store, contact: str, delivery: str) -> Delivery | None:
    """What became of a message that a run sent."""
    return await read_head(store, DELIVERIES, quoted(contact), f"delivery:{delivery}", Delivery)


async def newest_sms(store: Store, contact: str, before: datetime) -> str:
    """Find the last SMS that reached a contact before that time, by its delivery's id; empty for none of late."""
    newest, last, after = "", before - ANSWERED_WITHIN, ""
    for _ in range(MOST_PAGES):
        page = await store.page(DELIVERIES, quoted(contact), prefix="delivery:", after=after)
        for each in (codec.typed(Delivery, row.data["state"]) for row in page.rows):
            if each.channel == "sms" and "sent" in each.times and last < each.times["sent"] <= before:
                newest, last = each.id, each.times["sent"]
        if page.after is None:
            break
        after = page.after
    return newest
