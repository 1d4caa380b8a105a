"""What is stuck: unmatched events, rejected messages, dead letters; seen, and sent again without losing one."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.cases.messages import CancelCase
from shared.cli.deadletters import QUEUES
from shared.deliveries.messages import SmsReceived
from shared.runtime.envelope import decode
from tests.unit.cli.laptop import CONTACTS, DEVICES, Laptop, live, written

INFRA = Path(__file__).parents[3] / "infra" / "servicebus.config.json"


def listed(laptop: Laptop, *arguments: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = json.loads(laptop.done(*arguments, "--json"))
    return lines


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return live(tmp_path)


def register(laptop: Laptop, folder: Path, device: str) -> None:
    laptop.done("import", "devices", written(folder, "more.csv", f"{DEVICES}{device},C-1,\n"), "--wait")


class TestUnmatched:
    def test_events_are_listed_with_the_reason(self, laptop: Laptop) -> None:
        laptop.fire("e-1", device_id="D-9", error_code=11)
        [event] = listed(laptop, "unmatched", "list")
        assert (event["id"], event["reason"], event["attributes"]["device_id"]) == ("e-1", "unknown_device", "D-9")
        [_, line] = laptop.done("unmatched", "list").splitlines()
        assert line.split()[1:] == ["unknown_device", "iot-device-malfunction", "/plants/berlin/4", "e-1"]

    def test_a_replayed_event_has_its_effect_and_leaves_the_list(self, laptop: Laptop, tmp_path: Path) -> None:
        laptop.fire("e-1", device_id="D-9", error_code=11)
        register(laptop, tmp_path, "D-9")
        assert laptop.done("unmatched", "replay", "--all") == "1 sent again.\n"
        laptop.settle()
        assert [case["device"] for case in listed(laptop, "cases", "list")] == ["D-9"]
        assert listed(laptop, "unmatched", "list") == []
        assert laptop.done("unmatched", "list") == "No unmatched events.\n"

    def test_an_sms_of_nobodys_number_is_heard_once_the_number_is_somebodys(
        self, laptop: Laptop, tmp_path: Path
    ) -> None:
        laptop.say("r-1", SmsReceived("+4930123456", "STOP", laptop.clock.now(), "/acs"))
        laptop.settle()
        [reply] = listed(laptop, "unmatched", "list")
        assert (reply["id"], reply["reason"], reply["trigger"]) == ("r-1", "unknown_number", "sms-replied")
        assert "+4930123456" not in laptop.done("unmatched", "list", "--json")
        laptop.done(
            "import", "contacts", written(tmp_path, "kim.csv", f"{CONTACTS}C-9,Kim,,+4930123456,en,UTC\n"), "--wait"
        )
        laptop.done("unmatched", "replay", "r-1")
        laptop.settle()
        assert listed(laptop, "unmatched", "list") == []
        kim = laptop.head("contacts", "C-9")
        assert kim is not None
        assert {key: held["status"] for key, held in kim["consents"].items()} == {
            "sms:+4930123456:transactional": "opted_out",
            "sms:+4930123456:commercial": "opted_out",
        }

    def test_an_event_that_still_nobody_can_take_stays_on_the_list(self, laptop: Laptop) -> None:
        laptop.fire("e-1", device_id="D-9", error_code=11)
        for _ in range(3):
            laptop.done("unmatched", "replay", "e-1")
            laptop.settle()
            assert [event["id"] for event in listed(laptop, "unmatched", "list")] == ["e-1"]

    def test_an_event_that_fails_before_it_is_struck_off_is_not_lost(self, laptop: Laptop) -> None:
        laptop.fire("e-1", device_id="D-9", error_code=11)
        send = laptop.bus.send

        async def send_and_work(queue: str, messages: Any) -> None:
            await send(queue, messages)
            await laptop.work()

        laptop.bus.send = send_and_work  # type: ignore[method-assign]
        laptop.done("unmatched", "replay", "e-1")
        assert [event["id"] for event in listed(laptop, "unmatched", "list")] == ["e-1"]

    def test_only_the_named_events_are_replayed_and_unknown_ones_told(self, laptop: Laptop) -> None:
        laptop.fire("e-1", device_id="D-8", error_code=11)
        laptop.fire("e-2", device_id="D-9", error_code=11)
        replayed = laptop.carebus("unmatched", "replay", "e-2", "e-3")
        assert (replayed.exit_code, replayed.stdout) == (1, "1 sent again.\n")
        assert replayed.stderr == "Not in the list of 7 days: e-3\n"
        assert [event["id"] for event in listed(laptop, "unmatched", "list")] == ["e-1"]

    @pytest.mark.parametrize("arguments", [(), ("e-1", "--all")])
    def test_either_events_are_named_or_all_are_meant(self, laptop: Laptop, arguments: tuple[str, ...]) -> None:
        assert laptop.carebus("unmatched", "replay", *arguments).exit_code == 2

    def test_a_bus_that_is_away_leaves_the_list_as_it_is(self, laptop: Laptop) -> None:
        laptop.fire("e-1", device_id="D-9", error_code=11)
        laptop.bus.takes = 0
        away = laptop.carebus("unmatched", "replay", "--all")
        assert (away.exit_code, away.stderr) == (1, "The store or the bus does not answer.\n")
        assert [event["id"] for event in listed(laptop, "unmatched", "list")] == ["e-1"]


class TestRejected:
    def test_messages_are_listed_without_their_content(self, laptop: Laptop) -> None:
        laptop.send("case-commands", b'{"v": 1, "id": "x-1", "kind": "nonsense", "secret": "zQ9"}')
        laptop.settle()
        [message] = listed(laptop, "rejected", "list")
        assert (message["queue"], message["reason"], message["field"]) == ("case-commands", "invalid_envelope", "time")
        assert (message["kind"], message["id"]) == ("nonsense", "x-1")
        assert "zQ9" not in laptop.done("rejected", "list") + laptop.done("rejected", "list", "--json")

    def test_one_is_shown_with_a_warning_and_cannot_steer_the_terminal(self, laptop: Laptop) -> None:
        laptop.send("case-commands", b'{"secret": "zQ9"}\n\x1b[2Jbye\xff')
        laptop.settle()
        [message] = listed(laptop, "rejected", "list")
        shown = laptop.carebus("rejected", "show", message["key"])
        assert shown.stdout == '{"secret": "zQ9"}\n [2Jbye\\xff\n'
        assert "restricted" in shown.stderr

    def test_an_unknown_key_is_told(self, laptop: Laptop) -> None:
        missing = laptop.carebus("rejected", "show", "K")
        assert missing.stderr == "No rejected message K with a body within 30 days.\n"
        missing = laptop.carebus("rejected", "redrive", "K")
        assert (missing.exit_code, missing.stderr) == (1, "Not in the list of 7 days: K\n")

    def test_a_redriven_envelope_is_another_attempt_and_has_its_effect(self, laptop: Laptop, tmp_path: Path) -> None:
        laptop.fire("e-1", device_id="D-1", error_code=11)
        case = "01J00000000000000000000000"
        laptop.say("c-1", CancelCase(case, "kim"))
        laptop.settle()
        [message] = listed(laptop, "rejected", "list")
        assert message["reason"] == "not_found"
        laptop.asleep = True
        assert laptop.done("rejected", "redrive", message["key"]) == "1 sent again.\n"
        [again] = laptop.bus.ready("case-commands")
        envelope = decode(again.message.body)
        assert (envelope.id, envelope.attempt) == ("c-1", 1)
        assert listed(laptop, "rejected", "list") == []

    def test_redriving_by_reason_leaves_the_others(self, laptop: Laptop) -> None:
        laptop.send("case-commands", b"[", "a")
        laptop.send("case-commands", b'{"v": 1}', "b")
        laptop.settle()
        laptop.asleep = True
        assert laptop.done("rejected", "redrive", "--reason", "malformed_json") == "1 sent again.\n"
        assert [message["reason"] for message in listed(laptop, "rejected", "list")] == ["invalid_envelope"]

    def test_bytes_come_back_as_they_were_and_stay_listed_if_refused_again(self, laptop: Laptop) -> None:
        laptop.send("case-commands", b"\xff\x00")
        laptop.settle()
        [message] = listed(laptop, "rejected", "list")
        for _ in range(2):
            laptop.clock.time = laptop.clock.time.replace(minute=laptop.clock.time.minute + 1)
            laptop.done("rejected", "redrive", message["key"])
            [again] = laptop.bus.ready("case-commands")
            assert again.message.body == b"\xff\x00"
            laptop.settle()
            assert [one["key"] for one in listed(laptop, "rejected", "list")] == [message["key"]]
            assert laptop.carebus("rejected", "show", message["key"]).exit_code == 0

    @pytest.mark.parametrize("arguments", [(), ("K", "--reason", "r")])
    def test_either_keys_or_a_reason(self, laptop: Laptop, arguments: tuple[str, ...]) -> None:
        assert laptop.carebus("rejected", "redrive", *arguments).exit_code == 2


class TestDeadLetters:
    @pytest.fixture
    def laptop(self) -> Laptop:
        """A laptop with a command that crashed ten times."""
        laptop = Laptop(asleep=True)
        laptop.say("c-1", CancelCase("K-1", "kim"))
        while delivery := laptop.bus.receive("case-commands"):
            laptop.bus.abandon(delivery)
        return laptop

    def test_they_are_listed_over_all_queues(self, laptop: Laptop) -> None:
        [letter] = listed(laptop, "deadletters", "list")
        assert (letter["queue"], letter["kind"], letter["reason"], letter["deliveries"]) == (
            "case-commands",
            "cancel_case",
            "MaxDeliveryCountExceeded",
            10,
        )
        assert laptop.done("deadletters", "list", "--queue", "send-sms") == "No dead letters.\n"

    def test_they_are_sent_again_as_another_attempt_and_are_gone(self, laptop: Laptop) -> None:
        assert laptop.done("deadletters", "redrive") == "case-commands: 1 sent again.\n"
        [again] = laptop.bus.ready("case-commands")
        envelope = decode(again.message.body)
        assert (envelope.id, envelope.attempt) == ("c-1", 1)
        assert again.message.id != "c-1"
        assert listed(laptop, "deadletters", "list") == []

    def test_what_the_bus_does_not_take_stays(self, laptop: Laptop) -> None:
        laptop.bus.takes = 0
        assert laptop.carebus("deadletters", "redrive").exit_code == 1
        assert len(listed(laptop, "deadletters", "list")) == 1

    def test_where_there_are_none_it_is_said(self, laptop: Laptop) -> None:
        assert laptop.done("deadletters", "redrive", "--queue", "send-sms") == "No dead letters.\n"


def test_every_queue_of_the_namespace_is_looked_at() -> None:
    [namespace] = json.loads(INFRA.read_text())["UserConfig"]["Namespaces"]
    assert sorted(QUEUES) == sorted(queue["Name"] for queue in namespace["Queues"])
