"""Which queue forwards to which: to one that is there, and never in a circle."""

from collections.abc import Iterable, Mapping

from local.servicebus.settings import ConfigError, QueueSettings

MAX_HOPS = 4
"""Service Bus forwards a message no further (Service Bus, "Chaining queues with autoforwarding")."""


def check_forwarding(queues: Iterable[QueueSettings]) -> None:
    """Raise `ConfigError` unless every message that is forwarded comes to rest."""
    by_name = {queue.name.lower(): queue for queue in queues}
    for queue in by_name.values():
        _check_target(queue, "ForwardTo", queue.forward_to, by_name)
        _check_target(queue, "ForwardDeadLetteredMessagesTo", queue.forward_dead_letters_to, by_name)
    for queue in by_name.values():
        if _hops(queue, by_name) > MAX_HOPS:
            raise ConfigError(f"queue '{queue.name}': a message could be forwarded over more than {MAX_HOPS} queues")


def _check_target(queue: QueueSettings, name: str, target: str | None, by_name: Mapping[str, QueueSettings]) -> None:
    if target is not None and target.lower() not in by_name:
        raise ConfigError(f"queue '{queue.name}': {name} names '{target}', which is not configured")


def _hops(queue: QueueSettings, by_name: Mapping[str, QueueSettings], so_far: int = 0) -> int:
    """Return over how many queues a message comes at once, one more than may be at most: of a circle there is no end.

    What the target refuses becomes a dead letter, and may go on from there.
    """
    if queue.forward_to is None or so_far > MAX_HOPS:
        return so_far
    targets = (target for target in (queue.forward_to, queue.forward_dead_letters_to) if target is not None)
    return max(_hops(by_name[target.lower()], by_name, so_far + 1) for target in targets)
