"""The ledger after a restart is the ledger before it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.sink.journal import DamagedJournal, Journal
from local.sink.ledger import Ledger
from local.sink.message import Message
from local.sink.records import Answered, Cleared, Engaged, Reset
from local.sink.repeatability import Answer


def answered(message_id: str, event_id: str) -> Answered:
    message = Message(
        id=message_id,
        channel="email",
        to=["kim@example.com"],
        sender="care@example.org",
        received_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    return Answered(
        channel="email",
        request_id=f"request of {message_id}",
        fingerprint="f",
        answer=Answer(status=202, message_id=message_id),
        message=message,
        events=[{"id": event_id}],
    )


def engaged(message_id: str, event_id: str) -> Engaged:
    return Engaged(message_id=message_id, state="opened", events=[{"id": event_id}])


def replayed(path: Path) -> Ledger:
    journal = Journal(path)
    journal.close()
    return Ledger(journal)


async def test_everything_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    ledger = Ledger(journal)
    await ledger.record(answered("m-1", "e-1"))
    await ledger.record(answered("m-2", "e-2"))
    await ledger.record(engaged("m-2", "e-3"))
    ledger.reported(["e-1"])
    again = replayed(path)
    assert (again.messages, again.answers, again.pending) == (ledger.messages, ledger.answers, ledger.pending)
    assert again.reports == ledger.reports == {"m-1": [{"id": "e-1"}], "m-2": [{"id": "e-2"}, {"id": "e-3"}]}
    assert list(again.pending) == ["e-2", "e-3"]
    assert again.messages["m-2"].state == "opened"
    assert again.unsent.is_set()
    journal.close()


async def test_an_empty_inbox_still_knows_requests_and_owes_reports(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    ledger = Ledger(journal)
    await ledger.record(answered("m-1", "e-1"))
    await ledger.record(Cleared())
    await ledger.record(engaged("m-1", "e-2"))
    for one in (ledger, replayed(path)):
        assert one.messages == {}
        assert list(one.answers) == [("email", "request of m-1")]
        assert list(one.pending) == ["e-1", "e-2"]
    journal.close()


async def test_after_a_reset_nothing_is_known_and_nothing_is_owed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    ledger = Ledger(journal)
    await ledger.record(answered("m-1", "e-1"))
    await ledger.record(Reset())
    for one in (ledger, replayed(path)):
        assert (one.messages, one.reports, one.answers, one.pending) == ({}, {}, {}, {})
        assert not one.unsent.is_set()
    journal.close()


async def test_what_comes_while_a_reset_is_made_is_kept_and_what_came_before_is_not(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    ledger = Ledger(journal)
    before = [ledger.record(answered(f"m-{n}", f"e-{n}")) for n in range(3)]
    after = [ledger.record(answered(f"m-{n}", f"e-{n}")) for n in range(3, 6)]
    await asyncio.gather(*before, ledger.record(Reset()), *after)
    for one in (ledger, replayed(path)):
        assert list(one.messages) == ["m-3", "m-4", "m-5"]
        assert list(one.pending) == ["e-3", "e-4", "e-5"]
    journal.close()


async def test_a_record_is_made_though_whoever_asked_hangs_up(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    ledger = Ledger(journal)
    asking = asyncio.create_task(ledger.record(answered("m-1", "e-1")))
    for _ in range(2):  # until it waits for the disk
        await asyncio.sleep(0)
    asking.cancel()
    await ledger.record(answered("m-2", "e-2"))
    assert asking.cancelled()
    assert list(ledger.messages) == ["m-1", "m-2"]
    journal.close()


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(Cleared().model_dump_json().encode() + b'\n{"record": "unheard of"}\n')
    with pytest.raises(DamagedJournal, match="line 2"):
        replayed(path)
