"""A journal gives back what was committed, whatever a crash left at its end."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.journal import Journal, JournalError
from local.servicebus.queues.records import (
    Drop,
    LastNumber,
    Put,
    Record,
    Remember,
    SessionState,
    UnknownRecordError,
    Update,
    decode_records,
    encode_record,
)
from tests.unit.servicebus.builders import message

NUMBERS = st.integers(0, 2**40)
TIMES = st.integers(0, 2**45)
RECORDS: st.SearchStrategy[Record] = st.one_of(
    st.builds(
        Put,
        st.just("orders"),
        NUMBERS,
        NUMBERS,
        st.integers(0, 2),
        TIMES,
        st.none() | TIMES,
        st.integers(0, 10),
        st.text(max_size=128).map(message),
    ),
    st.builds(Update, st.text(), NUMBERS, st.integers(0, 2), st.integers(0, 10)),
    st.builds(Drop, st.text(), NUMBERS),
    st.builds(Remember, st.text(), st.text() | st.uuids() | st.binary(), TIMES),
    st.builds(LastNumber, st.text(), NUMBERS),
    st.builds(SessionState, st.text(), st.text(), st.none() | st.binary(), TIMES),
)
TURNS: list[list[Record]] = [
    [Drop("orders", number), Remember("orders", f"id-{number}", number)] for number in range(1, 6)
]


def replayed(directory: Path) -> list[Record]:
    """Return what a journal gives back."""
    with Journal(directory) as journal:
        return list(journal.replay())


def write(directory: Path, turns: list[list[Record]]) -> list[int]:
    """Write turns to a journal, and return where each ended in the file."""
    ends = []
    with Journal(directory) as journal:
        list(journal.replay())
        for turn in turns:
            for record in turn:
                journal.append(record)
            journal.commit()
            ends.append((directory / "journal").stat().st_size)
    return ends


@given(RECORDS)
def test_a_record_comes_back_from_its_encoding(record: Record) -> None:
    assert list(decode_records(encode_record(record))) == [record]


@given(st.binary())
def test_any_bytes_are_records_or_unknown(data: bytes) -> None:
    with suppress(UnknownRecordError):
        list(decode_records(data))


def test_committed_records_come_back_in_order(tmp_path: Path) -> None:
    write(tmp_path, TURNS)
    assert replayed(tmp_path) == [record for turn in TURNS for record in turn]


def test_a_journal_goes_on_where_it_ended(tmp_path: Path) -> None:
    write(tmp_path, TURNS[:2])
    write(tmp_path, TURNS[2:])
    assert replayed(tmp_path) == [record for turn in TURNS for record in turn]


def test_what_was_not_committed_does_not_come_back(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        list(journal.replay())
        journal.append(Drop("orders", 1))
    assert replayed(tmp_path) == []


def test_a_file_cut_off_at_any_byte_gives_back_the_whole_turns_before_it(tmp_path: Path) -> None:
    ends = write(tmp_path / "whole", TURNS)
    data = (tmp_path / "whole" / "journal").read_bytes()
    for size in range(len(data)):
        cut = tmp_path / str(size)
        cut.mkdir()
        (cut / "journal").write_bytes(data[:size])
        whole = [record for turn, end in zip(TURNS, ends, strict=True) if end <= size for record in turn]
        assert replayed(cut) == whole
        write(cut, [[Drop("orders", 99)]])
        assert replayed(cut) == [*whole, Drop("orders", 99)]


def test_zeros_at_the_end_are_what_a_power_failure_left(tmp_path: Path) -> None:
    write(tmp_path, TURNS)
    with (tmp_path / "journal").open("ab") as file:
        file.write(bytes(4096))
    assert replayed(tmp_path) == [record for turn in TURNS for record in turn]


def test_damage_before_the_last_turn_is_an_error_at_whatever_byte(tmp_path: Path) -> None:
    ends = write(tmp_path, TURNS)
    path = tmp_path / "journal"
    data = path.read_bytes()
    for position in range(ends[-2]):
        path.write_bytes(data[:position] + bytes((data[position] ^ 0x55,)) + data[position + 1 :])
        with pytest.raises(JournalError, match=str(path)):
            replayed(tmp_path)


def test_another_file_is_not_taken_for_a_journal(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("milk, bread")
    with pytest.raises(JournalError, match="is no journal"):
        replayed(tmp_path)


def test_a_directory_belongs_to_one_process_at_a_time(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(JournalError, match="in use"):
        Journal(tmp_path)
    assert replayed(tmp_path) == []


def test_compaction_is_due_once_most_records_are_of_the_past(tmp_path: Path) -> None:
    with Journal(tmp_path, compact_step=1000) as journal:
        list(journal.replay())
        live, records = 100, 0
        while not journal.is_due_for_compaction(lambda: live):
            journal.append(Drop("orders", 1))
            journal.commit()
            records += 1
        assert 200 < records < 300


def test_compaction_leaves_the_given_records_only_and_the_journal_goes_on(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        list(journal.replay())
        journal.append(Drop("orders", 1))
        journal.commit()
        journal.compact([LastNumber("orders", 7)])
        journal.append(Drop("orders", 8))
        journal.commit()
    assert replayed(tmp_path) == [LastNumber("orders", 7), Drop("orders", 8)]


def test_a_compacted_journal_is_not_due_before_it_has_grown_again(tmp_path: Path) -> None:
    with Journal(tmp_path, compact_step=1000) as journal:
        list(journal.replay())
        journal.compact(Drop("orders", number) for number in range(10_000))
        journal.append(Drop("orders", 8))
        journal.commit()
        assert not journal.is_due_for_compaction(lambda: 0)


def test_a_compaction_that_did_not_end_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, TURNS)
    (tmp_path / "journal.new").write_bytes(b"half of")
    assert replayed(tmp_path) == [record for turn in TURNS for record in turn]
    assert not (tmp_path / "journal.new").exists()
