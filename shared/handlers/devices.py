"""What is said to devices, and to the guards of their errors."""

from typing import Any

from shared import facts
from shared.devices import alert, recovery
from shared.devices import device as devices
from shared.devices import guard as guards
from shared.devices import messages as device_messages
from shared.handlers.surroundings import Surroundings
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key, Router
from shared.runtime.ids import quoted
from shared.runtime.store import Store

GUARD_ROWS = {
    device_messages.BindAlert.kind: "alert",
    device_messages.ClaimGuard.kind: "claim",
    device_messages.RecoverAlert.kind: "recovery",
    device_messages.SettleAlert.kind: "settling",
}
"""What each message to a guard leaves beside it."""


def handlers(around: Surroundings) -> tuple[AnyHandler, ...]:
    async def guard_facts(store: Store, message: Message[Any], guard: guards.Guard | None) -> guards.GuardFacts:
        policy = (await around.definitions.current()).policy
        held = await facts.glance(store, guard.case, policy) if guard and guard.case else None
        wanted = getattr(message.body, "reactivation", None) if guard else None
        wanted_one = await facts.glance(store, wanted.case, policy) if wanted else None
        return guards.GuardFacts(held, wanted_one, policy, await facts.heir(store, held, policy))

    def guard_key(message: Message[Any]) -> Key:
        partition, row = message.body.place
        return Key(devices.TABLE, partition, row, f"{GUARD_ROWS[message.body.kind]}:{message.id}")

    def device_key(message: Message[device_messages.PutDevice]) -> Key:
        return Key(devices.TABLE, quoted(message.body.device), devices.HEAD, f"change:{message.id}")

    return (
        Handler(
            device_messages.BindAlert,
            guards.Guard,
            guard_key,
            alert.bind_alert,
            alert.open_first,
            guard_facts,
            writes_first=True,
        ),
        Handler(device_messages.ClaimGuard, guards.Guard, guard_key, guards.claim_guard, gather=guard_facts),
        Router(device_messages.RecoverDevice, around.recoveries.route),
        Handler(
            device_messages.RecoverAlert,
            guards.Guard,
            guard_key,
            recovery.recover_alert,
            recovery.recover_first,
            guard_facts,
        ),
        Handler(device_messages.SettleAlert, guards.Guard, guard_key, recovery.settle_alert, gather=guard_facts),
        Handler(device_messages.PutDevice, devices.Device, device_key, devices.put_device, devices.register),
    )
