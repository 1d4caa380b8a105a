"""What customers got, in numbers: owed, received, received twice, unknown, lost."""

from collections import Counter
from typing import NamedTuple

from tests.faults.audit import Evidence, is_beyond_telling


class Tally(NamedTuple):
    """Messages of one channel."""

    owed: int
    received: int
    unknown: int
    """On record as `outcome_unknown`, after asking was over: the one legal end beside being received once."""
    doubled: int
    lost: int
    """Owed, not received, and no reason on record."""

    @classmethod
    def of(cls, it: Evidence, channel: str) -> "Tally":
        deliveries, received = it.ledger.deliveries_by(channel), it.ledger.received(channel)
        owed = it.owners if channel == "sms" else Counter(it.resolved)
        told = Counter(each["contact"] if channel == "sms" else each["request"]["case"] for each in deliveries.values())
        unknown = {id_ for id_, delivery in deliveries.items() if is_beyond_telling(delivery)}
        silent = deliveries.keys() - received.keys() - unknown
        return cls(
            owed=owed.total(),
            received=received.total(),
            unknown=len(unknown),
            doubled=(told - owed).total() + sum(number - 1 for number in received.values()),
            lost=(owed - told).total() + len(silent),
        )
