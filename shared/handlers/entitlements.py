"""What is said to entitlements."""

from typing import Any

from shared.entitlements import decide as entitlement_decisions
from shared.entitlements import entitlement as entitlements
from shared.entitlements import entries as entitlement_entries
from shared.entitlements import ledger
from shared.entitlements import messages as entitlement_messages
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key, not_found
from shared.runtime.ids import quoted
from shared.runtime.store import Store


def handlers() -> tuple[AnyHandler, ...]:
    messages, decide = entitlement_messages, entitlement_decisions

    def key(message: Message[Any]) -> Key:
        place = quoted(message.body.entitlement)
        return Key(entitlements.TABLE, place, entitlements.HEAD, f"change:{message.id}")

    def entry_key(message: Message[entitlement_messages.ChargeCase]) -> Key:
        entry = entitlement_entries.key_of(message.body.case, message.id)
        return Key(entitlements.TABLE, quoted(message.body.entitlement), entitlements.HEAD, entry)

    async def entries(
        store: Store, message: Message[entitlement_messages.ChargeCase], _head: object
    ) -> tuple[entitlement_entries.Entry, ...]:
        return await entitlement_entries.entries_of(store, message.body.entitlement, message.body.case)

    def change(body: type[Any], decided: Any, create: Any = not_found) -> AnyHandler:
        return Handler(body, entitlements.Entitlement, key, decided, create)

    return (
        change(messages.PutEntitlement, decide.put_entitlement, decide.draft_entitlement),
        change(messages.ActivateEntitlement, decide.activate_entitlement),
        change(messages.CancelEntitlement, decide.cancel_entitlement),
        change(messages.RenewEntitlement, decide.renew_entitlement),
        Handler(
            messages.ChargeCase,
            entitlements.Entitlement,
            entry_key,
            ledger.charge_case,
            ledger.charge_nothing,
            entries,
        ),
    )
