"""Where due checks are written down: by the minute, so that a tick reads only what is due (DESIGN.md 5)."""

import zlib
from datetime import UTC, datetime, timedelta

from shared.runtime.codec import plain
from shared.runtime.decision import Due
from shared.runtime.ids import derived, joined
from shared.sla.instance import Instance
from shared.sla.messages import CheckSla

TABLE = "sladue"
SHARDS = 4
BUCKET = timedelta(minutes=1)
LOOK_AHEAD = 2
"""Buckets that a tick reads beyond the minute it comes in."""
REACH = (LOOK_AHEAD + 1) * BUCKET + timedelta(seconds=30)
"""What is due within so long may be in a bucket that was read already, by a clock that is half a minute ahead."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minute_of(at: datetime) -> int:
    """The number of the bucket, counted from 1970."""
    return (at - EPOCH) // BUCKET


def partition_of(minute: int, shard: int) -> str:
    return joined((EPOCH + minute * BUCKET).strftime("%Y-%m-%dT%H:%MZ"), str(shard))


def due(case: str, instance: Instance, at: datetime) -> Due:
    """The check of an instance at this time. It is the same check, however often it is said."""
    body = CheckSla(case, instance.kpi, instance.id, at)
    return Due(
        table=TABLE,
        partition=partition_of(minute_of(at), zlib.crc32(case.encode()) % SHARDS),
        key=joined(at.astimezone(UTC).isoformat(), case, instance.kpi, str(instance.n)),
        at=at,
        reach=REACH,
        queue=body.queue,
        kind=body.kind,
        id=derived("check", instance.id, at.astimezone(UTC).isoformat()),
        body=plain(body),
    )
