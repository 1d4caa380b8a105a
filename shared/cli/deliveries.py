"""What was sent to a contact, and what became of it."""

from typing import Any

from shared.api.deliveries import PREFIX, DeliveryView
from shared.cli.rows import rows
from shared.cli.services import Services
from shared.deliveries.delivery import TABLE, Delivery
from shared.runtime.codec import plain, typed
from shared.runtime.ids import quoted
from shared.runtime.step import Head


async def listed(services: Services, contact: str) -> list[dict[str, Any]]:
    """Return a line for each delivery, oldest first; addresses are masked."""
    found = [row async for row in rows(services.store, TABLE, quoted(contact), PREFIX)]
    views = [DeliveryView.of(typed(Head[Delivery], row.data).state) for row in found]
    return [plain(view) for view in sorted(views, key=lambda view: view.requested_at)]
