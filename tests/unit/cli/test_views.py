"""`carebus views rebuild`: what lists show is made anew from the aggregates, and nothing newer is overwritten."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.cases.messages import AddActivity, OpenCase
from shared.cases.timeline import list_of_contact, read_lines
from shared.cli.rebuilding import KINDS, rebuild
from shared.runtime.store import Delete, Replace, Upsert
from shared.sla.messages import CheckSla
from shared.tasks.messages import CreateTask
from tests.unit.cli.laptop import START, Laptop, live
from tests.unit.definitions.world import load
from tests.unit.pages.world import CASE, CONTACT, World

SLA = """
sla: standard
default: true
kpis:
  - kpi: resolve
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    fail_after: PT1H
    actions: {fail: [{activity: Late.}]}
"""
Views = dict[tuple[str, str], Mapping[str, Any]]


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """Two cases, of which one is resolved, with activities; a task, an agent; contacts."""
    laptop = live(tmp_path)
    laptop.fire("e-1", device_id="D-1", error_code=11)
    laptop.fire("e-2", device_id="D-1", error_code=12)
    first, second = json.loads(laptop.done("cases", "list", "--json"))
    laptop.say("a-1", AddActivity(first["id"], "note", "kim", "Called.", conversation="K-1"))
    laptop.say("t-1", CreateTask("TASK", "Call", "C-1", "queue", "hotline", START, first["id"]))
    laptop.settle()
    laptop.done("cases", "resolve", second["number"], "--text", "Done.", "--wait")
    return laptop


def views(laptop: Laptop, table: str = "views") -> Views:
    """All that lists show, whatever its version."""
    found = {}
    for partition in laptop.store.partitions(table):
        for key, row in laptop.rows(table, partition).items():
            found[partition, key] = {name: value for name, value in row.data.items() if name != "version"}
    return {place: _without_version(data) for place, data in found.items()}


def _without_version(data: dict[str, Any]) -> dict[str, Any]:
    line = data.get("data")
    return {**data, "data": {k: v for k, v in line.items() if k != "version"} if isinstance(line, dict) else line}


def lose(laptop: Laptop, table: str) -> None:
    for partition in laptop.store.partitions(table):
        for key in laptop.rows(table, partition):
            asyncio.run(laptop.store.write(table, partition, Delete(key)))


def test_all_that_was_lost_is_there_again(laptop: Laptop) -> None:
    shown, found_by = views(laptop), views(laptop, "refs")
    lists = {list_ for list_, _ in shown}
    assert {"open-cases", "cases-of~C-1", "timeline-of~C-1", "conversation~K-1", "tasks-of~queue~hotline"} <= lists
    lose(laptop, "views")
    lose(laptop, "refs")
    told = laptop.done("views", "rebuild")
    assert [line.split()[0] for line in told.splitlines()] == ["kind", *KINDS]
    entries = {place for place in shown if place[0].startswith("not-entered")}
    assert {place: data for place, data in shown.items() if place not in entries} == views(laptop)
    assert {place for place in found_by if place[0] in ("phone", "email")} == {*views(laptop, "refs")}


async def test_what_slas_do_stays_out_of_the_timelines_of_contacts() -> None:
    """Found in review: a rebuild showed a customer's timeline the notes that an SLA had left for the desk."""
    world = World()
    await world.services.definitions.publish(load(SLA))
    world.clock.at += timedelta(minutes=1)
    await world.say(OpenCase(CASE, CONTACT, "Error 11"))
    await world.say(CheckSla(CASE, "resolve", "", world.clock.at), minutes=120)
    await world.work()
    noted = [line.kind for line in (await read_lines(world.store, CASE)).lines]
    told = (await world.store.page("views", list_of_contact(CONTACT))).rows
    laptop = Laptop()
    laptop.store = world.store
    await rebuild(laptop, "cases")
    assert noted == ["note", "sla", "create_case"]
    assert (await world.store.page("views", list_of_contact(CONTACT))).rows == told


def test_twice_is_as_good_as_once_and_changes_nothing_that_is_there(laptop: Laptop) -> None:
    before = views(laptop)
    laptop.done("views", "rebuild")
    laptop.done("views", "rebuild", "--kind", "cases", "--kind", "tasks")
    assert views(laptop) == before


def test_a_line_that_is_newer_than_what_was_read_stays(laptop: Laptop) -> None:
    [key] = [key for key, row in laptop.rows("views", "open-cases").items() if row.data["data"]]
    newer = {"version": 99, "data": {"title": "Newer"}}
    asyncio.run(laptop.store.write("views", "open-cases", Upsert(key, newer)))
    laptop.done("views", "rebuild", "--kind", "cases")
    assert laptop.rows("views", "open-cases")[key].data == newer


def test_a_contact_from_before_there_was_a_list_comes_into_it(laptop: Laptop) -> None:
    row = laptop.rows("contacts", "C-1")["head"]
    state = {name: value for name, value in row.data["state"].items() if name != "registered_at"}
    asyncio.run(laptop.store.write("contacts", "C-1", Replace("head", {**row.data, "state": state}, row.etag)))
    lose(laptop, "views")
    laptop.done("views", "rebuild", "--kind", "contacts")
    assert {key for list_, key in views(laptop) if list_.startswith("contacts~")} == {"C-1"}


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    result = Laptop().carebus("views", "rebuild", "--kind", "case")
    assert (result.exit_code, result.stderr) == (2, f"There is no kind case: {', '.join(KINDS)}.\n")


def test_nothing_is_rebuilt_where_nothing_is() -> None:
    told = Laptop().done("views", "rebuild", "--kind", "agents").splitlines()[-1]
    assert told.split() == ["agents", "0", "0"]
