"""The official emulator's Config.json, of which queues are read."""

import json
import re
from pathlib import Path
from typing import Any

from local.servicebus.forwarding import check_forwarding
from local.servicebus.settings import ConfigError, QueueSettings

type Json = Any

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_SECONDS = (86_400, 3_600, 60, 1)
_LONGEST_DAYS = 10_675_200
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,258}[A-Za-z0-9])?")

_KNOWN = {
    "DeadLetteringOnMessageExpiration",
    "DefaultMessageTimeToLive",
    "DuplicateDetectionHistoryTimeWindow",
    "ForwardDeadLetteredMessagesTo",
    "ForwardTo",
    "LockDuration",
    "MaxDeliveryCount",
    "RequiresDuplicateDetection",
    "RequiresSession",
}


def read_config(path: Path) -> list[QueueSettings]:
    """Return the queues of a Config.json; raise `ConfigError`."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is no JSON: {error}") from error
    try:
        queues = [queue for namespace in config["UserConfig"]["Namespaces"] for queue in _queues(namespace)]
    except KeyError as error:
        raise ConfigError(f"{path} has no {error}: it is not of the shape of the official emulator's") from error
    except (TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is not of the shape of the official emulator's: {error}") from error
    if not queues:
        raise ConfigError(f"{path} names no queue")
    names = [queue.name.lower() for queue in queues]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"queue '{name}': there are two of that name")
    check_forwarding(queues)
    return queues


def _queues(namespace: Json) -> list[QueueSettings]:
    for unknown in sorted(namespace.keys() - {"Name", "Queues", "Topics"}):
        raise ConfigError(f"namespace '{namespace.get('Name')}': {unknown} is not a known property")
    if topics := namespace.get("Topics"):
        raise ConfigError(f"topic '{topics[0].get('Name')}': topics are not supported")
    return [_queue(queue.get("Name"), queue.get("Properties", {})) for queue in namespace.get("Queues", [])]


def _queue(name: Json, properties: dict[str, Json]) -> QueueSettings:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(f"queue '{name}': the name is not one that Service Bus allows")
    for unknown in sorted(properties.keys() - _KNOWN):
        raise ConfigError(f"queue '{name}': {unknown} is not a known property")
    read = _Properties(name, properties)
    return QueueSettings(
        name,
        lock_duration=read.duration("LockDuration", "PT1M", 1, 300),
        max_delivery_count=read.number("MaxDeliveryCount", 10, 1, 2000),
        time_to_live=read.time_to_live("DefaultMessageTimeToLive", "P14D"),
        duplicate_window=read.duration("DuplicateDetectionHistoryTimeWindow", "PT10M", 5, 7 * 86_400)
        if read.flag("RequiresDuplicateDetection")
        else None,
        dead_letter_on_expiry=read.flag("DeadLetteringOnMessageExpiration"),
        requires_session=read.flag("RequiresSession"),
        forward_to=read.queue("ForwardTo"),
        forward_dead_letters_to=read.queue("ForwardDeadLetteredMessagesTo"),
    )


class _Properties:
    """One queue's properties; each is checked when it is read."""

    def __init__(self, queue: str, values: dict[str, Json]) -> None:
        self._queue = queue
        self._values = values

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise self._error(name, "true or false")
        return value

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self._values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise self._error(name, f"a number from {lowest} to {highest}")
        return value

    def queue(self, name: str) -> str | None:
        value = self._values.get(name) or None
        if not isinstance(value, str | None):
            raise self._error(name, "the name of a queue")
        return value

    def duration(self, name: str, default: str, shortest: int, longest: int) -> int:
        """Return milliseconds; the limits are seconds."""
        try:
            value = parse_duration(self._values.get(name, default))
        except ValueError as error:
            raise self._error(name, "an ISO 8601 duration") from error
        if not shortest * 1000 <= value <= longest * 1000:
            raise self._error(name, f"from {shortest} to {longest} seconds")
        return value

    def time_to_live(self, name: str, default: str) -> int | None:
        """Return milliseconds; .NET's longest time span is how the service says "never"."""
        value = self.duration(name, default, 1, _LONGEST_DAYS * 86_400)
        return value if value < (_LONGEST_DAYS - 1) * 86_400_000 else None

    def _error(self, name: str, wanted: str) -> ConfigError:
        return ConfigError(f"queue '{self._queue}': {name} is {self._values.get(name)!r}, not {wanted}")


def parse_duration(text: Json) -> int:
    """Return the milliseconds of an ISO 8601 duration of days and less; raise ValueError."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None or not any(match.groups()):
        raise ValueError(f"{text!r} is no duration of days, hours, minutes and seconds")
    parts = zip(match.groups(), _SECONDS, strict=True)
    return round(sum(float(part) * seconds for part, seconds in parts if part) * 1000)
