"""Messages that are sent again by hand: under a new bus id, and struck off their list without losing a later entry."""

from dataclasses import replace

from shared.cli.services import Services
from shared.runtime.bus import BusMessage
from shared.runtime.envelope import decode
from shared.runtime.errors import Conflict, Undecodable
from shared.runtime.ids import derived
from shared.runtime.store import Data, Replace, Row

MARK = "sent_again_at"


async def send_again(services: Services, queue: str, raw: bytes, occasion: str) -> None:
    """Send an envelope as its next attempt, anything else as it is on this occasion; once, if it is done twice."""
    await services.bus.send(queue, [_again(queue, raw, occasion)])


async def strike_off(services: Services, table: str, partition: str, row: Row, keep: Data) -> bool:
    """Leave only `keep` and a mark of a row; False where it was written anew meanwhile: that entry stays.

    It is not deleted: what was sent again may have failed again under the same key, and the store deletes unseen.
    """
    data = {**keep, MARK: services.clock.now().isoformat()}
    try:
        await services.store.write(table, partition, Replace(row.key, data, row.etag))
    except Conflict:
        return False
    return True


def is_struck_off(row: Row) -> bool:
    return MARK in row.data


def _again(queue: str, raw: bytes, occasion: str) -> BusMessage:
    try:
        envelope = decode(raw)
    except Undecodable:
        return BusMessage(derived("by hand", queue, raw.hex(), occasion), raw)
    attempt = envelope.attempt + 1
    again = replace(envelope, attempt=attempt)
    return BusMessage(derived("by hand", queue, envelope.id, str(attempt)), again.encode())
