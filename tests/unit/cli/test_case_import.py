"""`carebus import cases`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.cli.case_import import OPTIONAL, REQUIRED
from shared.runtime.ids import derived
from tests.unit.cli.laptop import Laptop, live, written

HEADER = "external_id,contact_id,title\n"


def case_of(laptop: Laptop, external_id: str) -> dict[str, Any]:
    head = laptop.head("cases", derived("case", "imported", external_id))
    assert head is not None
    return dict(head)


def test_a_case_is_opened_as_the_line_says(tmp_path: Path) -> None:
    laptop = live(tmp_path)
    columns = [*REQUIRED, *OPTIONAL]
    line = (
        'Z-7,C-1,Valve leaks,"It drips,\nday and night.",Heating,Valve X,high,question,phone,on_hold,,,,'
        "kim,none,2026-02-20T09:00:00+01:00"
    )
    file = written(tmp_path, "cases.csv", f"{','.join(columns)}\n{line}\n")
    assert laptop.done("import", "cases", file, "--wait") == "1 cases in the file: 1 opened.\n"
    case = case_of(laptop, "Z-7")
    wanted = {
        "contact": "C-1",
        "title": "Valve leaks",
        "description": "It drips,\nday and night.",
        "subject": "Heating",
        "product": "Valve X",
        "priority": "high",
        "type": "question",
        "origin": "phone",
        "status": "active",
        "status_reason": "on_hold",
        "owner": "kim",
        "sla": "none",
    }
    assert {name: case[name] for name in wanted} == wanted
    assert datetime.fromisoformat(case["opened_at"]) == datetime(2026, 2, 20, 8, tzinfo=UTC)
    assert case["number"].startswith("CAS-02242-")


def test_what_is_left_out_is_as_usual(tmp_path: Path) -> None:
    laptop = live(tmp_path)
    laptop.done("import", "cases", written(tmp_path, "c.csv", HEADER + "Z-1,C-1,Leak\n"), "--wait")
    case = case_of(laptop, "Z-1")
    assert (case["priority"], case["type"], case["origin"], case["status_reason"]) == (
        "normal",
        "problem",
        "web",
        "in_progress",
    )


def test_a_file_that_comes_again_opens_nothing_twice_and_changes_nothing(tmp_path: Path) -> None:
    laptop = live(tmp_path)
    laptop.done("import", "cases", written(tmp_path, "c.csv", HEADER + "Z-1,C-1,Leak\n"), "--wait")
    laptop.clock.time = laptop.clock.time.replace(hour=20)
    again = written(tmp_path, "c.csv", HEADER + "Z-1,C-1,Another title\nZ-2,C-1,Noise\n")
    assert laptop.done("import", "cases", again, "--wait") == "2 cases in the file: 1 opened, 1 imported before.\n"
    assert laptop.done("import", "cases", again, "--wait") == "2 cases in the file: 2 imported before.\n"
    assert case_of(laptop, "Z-1")["title"] == "Leak"
    assert len(laptop.store.partitions("cases")) == 2


def test_a_devices_error_is_one_case_with_its_alerts(tmp_path: Path) -> None:
    laptop = live(tmp_path)
    file = written(
        tmp_path,
        "c.csv",
        "external_id,contact_id,title,device_id,error_code,opened_at\nZ-1,C-1,Leak,D-1,11,2026-02-20T09:00:00Z\n",
    )
    assert laptop.done("import", "cases", file, "--wait") == "1 cases in the file: 1 opened.\n"
    laptop.fire("e-1", device_id="D-1", error_code=11)
    assert len(laptop.store.partitions("cases")) == 1
    assert laptop.rows("devices", "D-1")["open:11"].data["state"]["count"] == 2
    assert case_of(laptop, "Z-1")["opened_at"] == "2026-02-20T09:00:00Z"


def test_every_fault_is_told_with_its_line_and_nothing_is_sent(tmp_path: Path) -> None:
    laptop = live(tmp_path)
    header = "external_id,contact_id,title,priority,error_code,device_id,opened_at,status_reason\n"
    lines = [
        "Z-1,C-1,,urgent,,,,",
        "Z-1,C-1,Leak,,eleven,D-1,,",
        "Z-3,C-1,Leak,,,,yesterday,",
        "Z-4,C-1,Leak,,,,2026-02-20T09:00:00,closed",
    ]
    file = written(tmp_path, "c.csv", header + "\n".join(lines) + "\n")
    result = laptop.carebus("import", "cases", file)
    moment = "opened_at: is not a date and time with its offset, such as 2026-12-24T09:00:00+01:00"
    assert result.stderr.splitlines() == [
        f"{file}:2: priority: is not one of critical, high, normal, low",
        f"{file}:2: title: is empty",
        f"{file}:3: error_code: is not a whole number",
        f"{file}:3: external_id: is in line 2 already",
        f"{file}:4: {moment}",
        f"{file}:5: {moment}",
        f"{file}:5: status_reason: is not one of in_progress, on_hold, waiting_for_details, researching",
    ]
    assert (result.exit_code, laptop.store.partitions("cases")) == (1, [])


@pytest.mark.parametrize(
    ("header", "line", "fault"),
    [
        (HEADER, "Z-1,C-9,Leak", "contact_id: there is no such contact"),
        ("external_id,contact_id,title,queue\n", "Z-1,C-1,Leak,nowhere", "queue: there is no such queue"),
        ("external_id,contact_id,title,sla\n", "Z-1,C-1,Leak,diamond", "sla: there is no such SLA"),
        (
            "external_id,contact_id,title,error_code\n",
            "Z-1,C-1,Leak,11",
            "error_code: needs the device_id of whose it is",
        ),
    ],
)
def test_what_there_is_not_is_told_before_anything_is_sent(tmp_path: Path, header: str, line: str, fault: str) -> None:
    laptop = live(tmp_path)
    file = written(tmp_path, "c.csv", f"{header}{line}\n")
    result = laptop.carebus("import", "cases", file)
    assert result.stderr.splitlines()[-1].startswith(f"{file}:2: {fault}")
    assert laptop.store.partitions("cases") == []


def test_an_error_that_has_an_open_case_is_told_apart_from_a_new_case(tmp_path: Path) -> None:
    laptop = live(tmp_path)
    laptop.fire("e-1", device_id="D-1", error_code=11)
    lines = "Z-1,C-1,Leak,D-1,11\nZ-2,C-1,Noise,D-1,12\n"
    file = written(tmp_path, "c.csv", f"external_id,contact_id,title,device_id,error_code\n{lines}")
    told = laptop.done("import", "cases", file, "--wait")
    assert told == "2 cases in the file: 1 opened, 1 added to open cases.\n"
    assert laptop.done("import", "cases", file, "--wait") == "2 cases in the file: 2 imported before.\n"
