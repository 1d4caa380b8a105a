"""What was refused for good: a line that tells no value, and the body apart, to the byte."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.runtime.errors import Undecodable
from shared.runtime.memory.store import MemoryStore
from shared.runtime.rejected import BODIES, TABLE, raw_body, reject, stored_body
from tests.unit.runtime.world import NOON, TurnedClock, raw

DAY = "2026-11-21"


@given(st.binary() | st.text().map(str.encode))
@example(b'{"n": 1}\n')
@example("ü".encode())
@example(b"\x00")
def test_a_body_comes_back_to_the_byte(body: bytes) -> None:
    stored = stored_body(body)
    assert json.loads(json.dumps(stored)) == stored
    assert raw_body(stored) == body


def test_a_body_of_text_is_kept_as_text() -> None:
    assert stored_body(raw()) == {"text": raw().decode()}


async def lines(store: MemoryStore, table: str) -> list[Any]:
    return [row.data for row in (await store.page(table, DAY)).rows]


async def test_a_line_says_what_an_operator_looks_for_first() -> None:
    store = MemoryStore()
    await reject(store, TurnedClock(), "tallies", raw(), Undecodable("invalid_body", "body.n"))
    assert await lines(store, TABLE) == [
        {
            "queue": "tallies",
            "reason": "invalid_body",
            "field": "body.n",
            "at": NOON.isoformat(),
            "kind": "add",
            "id": "m1",
        }
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"kind": 5, "id": null}', b"[" * 100_000, b"\xff"])
async def test_a_line_leaves_out_what_the_message_does_not_say(body: bytes) -> None:
    store = MemoryStore()
    await reject(store, TurnedClock(), "tallies", body, Undecodable("malformed_json"))
    [line] = await lines(store, TABLE)
    assert set(line) == {"queue", "reason", "field", "at"}


async def test_a_name_in_a_line_has_an_end() -> None:
    store = MemoryStore()
    await reject(store, TurnedClock(), "tallies", raw(id="x" * 10_000), Undecodable("malformed_json"))
    [line] = await lines(store, TABLE)
    assert line["id"] == "x" * 128


async def test_the_line_and_its_body_are_found_by_one_key() -> None:
    store = MemoryStore()
    for queue, body in (("a", b"1"), ("a", b"2"), ("b", b"1"), ("a", b"1")):
        await reject(store, TurnedClock(), queue, body, Undecodable("malformed_json"))
    keys = [row.key for row in (await store.page(TABLE, DAY)).rows]
    assert len(keys) == 3
    assert [row.key for row in (await store.page(BODIES, DAY)).rows] == keys
