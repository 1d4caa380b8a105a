"""A run goes on by what becomes of its own message, through the real parts over memory."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from shared.deliveries.messages import DeliveryReported, SmsReceived
from tests.unit.cli.laptop import CONTACTS, DEFINITIONS, DEVICES, Laptop, written

PHONE = "+493023125042"
JOURNEY = """
template: how-is-it
channel: sms
purpose: transactional
languages: {en: {text: How is it?}, de: {text: Wie ist es?}}
---
journey: asking
starts_on: iot-device-malfunction
re_entry: immediately
tiles:
  - id: tell
    send_sms: how-is-it
  - id: heard
    if_then:
      trigger: {trigger}
      of: tell
      within: P1D
      yes:
        - exit: heard
      no:
        - exit: silence
"""


def asking(folder: Path, trigger: str) -> Laptop:
    """A laptop on which a run has sent its SMS, and waits."""
    laptop = Laptop()
    definitions = folder / "definitions"
    shutil.copytree(DEFINITIONS, definitions)
    shutil.rmtree(definitions / "journeys")
    written(definitions, "asking.yaml", JOURNEY.replace("{trigger}", trigger))
    laptop.done("publish", str(definitions), "--wait")
    laptop.done("import", "contacts", written(folder, "c.csv", f"{CONTACTS}C-1,Anna,,{PHONE},de,UTC\n"), "--wait")
    laptop.done("import", "devices", written(folder, "d.csv", f"{DEVICES}D-1,C-1,HP 9\n"), "--wait")
    laptop.fire("e-1", device_id="D-1", error_code=11)
    assert run(laptop)["status"] == "running"
    return laptop


def run(laptop: Laptop) -> dict[str, Any]:
    rows = laptop.rows("runs", "asking~C-1")
    [found] = [row.data["state"] for key, row in rows.items() if key.startswith("run:")]
    return dict(found)


def delivery(laptop: Laptop) -> dict[str, Any]:
    rows = laptop.rows("contacts", "C-1")
    [found] = [row.data["state"] for key, row in rows.items() if key.startswith("delivery:")]
    return dict(found)


def test_a_reply_to_the_runs_message_is_heard_by_the_run(tmp_path: Path) -> None:
    laptop = asking(tmp_path, "sms-replied")
    laptop.say("r-1", SmsReceived(PHONE, "When will it be done?", laptop.clock.now()))
    laptop.settle()
    assert run(laptop)["reason"] == "heard"
    assert delivery(laptop)["engagements"] == {"replied": 1}
    reply = laptop.rows("contacts", "C-1")["reply:r-1"].data["state"]
    assert (reply["text"], reply["delivery"]) == ("When will it be done?", delivery(laptop)["id"])


def test_what_a_customer_writes_is_in_no_row_of_the_run(tmp_path: Path) -> None:
    laptop = asking(tmp_path, "sms-replied")
    laptop.say("r-1", SmsReceived(PHONE, "My door code is 4711", laptop.clock.now()))
    laptop.settle()
    assert "4711" not in repr(laptop.rows("runs", "asking~C-1"))


@pytest.mark.parametrize(("report", "trigger"), [("delivered", "sms-delivered"), ("failed", "sms-failed")])
def test_a_report_of_the_runs_message_is_heard_by_the_run(tmp_path: Path, report: str, trigger: str) -> None:
    laptop = asking(tmp_path, trigger)
    laptop.say("r-1", DeliveryReported("C-1", delivery(laptop)["id"], report, laptop.clock.now()))
    laptop.settle()
    assert run(laptop)["reason"] == "heard"


def test_a_report_of_another_kind_is_not(tmp_path: Path) -> None:
    laptop = asking(tmp_path, "sms-failed")
    laptop.say("r-1", DeliveryReported("C-1", delivery(laptop)["id"], "delivered", laptop.clock.now()))
    laptop.settle()
    assert run(laptop)["status"] == "running"
