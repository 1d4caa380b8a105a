"""The official emulator's Config.json is read; what cannot be served is refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.servicebus.config import parse_duration, read_config
from local.servicebus.settings import ConfigError, QueueSettings


def config_file(path: Path, *queues: dict[str, Any], topics: list[dict[str, Any]] | None = None) -> Path:
    """Write a configuration with these queues."""
    namespace = {"Name": "sbemulatorns", "Queues": list(queues), "Topics": topics or []}
    file = path / "config.json"
    file.write_text(json.dumps({"UserConfig": {"Namespaces": [namespace], "Logging": {"Type": "File"}}}))
    return file


def queue(**properties: object) -> dict[str, Any]:
    """Return the configuration of a queue."""
    return {"Name": "orders", "Properties": properties}


def test_the_properties_of_a_queue_are_read(tmp_path: Path) -> None:
    file = config_file(
        tmp_path,
        queue(
            DeadLetteringOnMessageExpiration=True,
            DefaultMessageTimeToLive="PT1H",
            DuplicateDetectionHistoryTimeWindow="PT5M",
            LockDuration="PT1M",
            MaxDeliveryCount=3,
            RequiresDuplicateDetection=True,
            RequiresSession=False,
            ForwardTo="",
            ForwardDeadLetteredMessagesTo="",
        ),
    )
    assert read_config(file) == [QueueSettings("orders", 60_000, 3, 3_600_000, 300_000, dead_letter_on_expiry=True)]


def test_a_window_without_duplicate_detection_means_nothing(tmp_path: Path) -> None:
    (settings,) = read_config(config_file(tmp_path, queue(DuplicateDetectionHistoryTimeWindow="PT5M")))
    assert settings.duplicate_window is None


def test_the_longest_time_to_live_of_the_service_is_for_ever(tmp_path: Path) -> None:
    (settings,) = read_config(config_file(tmp_path, queue(DefaultMessageTimeToLive="P10675199DT2H48M5.4775807S")))
    assert settings.time_to_live is None


def test_dead_letters_of_a_queue_that_forwards_must_not_come_back_to_it(tmp_path: Path) -> None:
    """What the target refuses would go round for ever."""
    orders = queue(ForwardTo="bills", ForwardDeadLetteredMessagesTo="orders")
    bills = {"Name": "bills", "Properties": {"RequiresSession": True}}
    with pytest.raises(ConfigError, match="queue 'orders': a message could be forwarded over more than 4 queues"):
        read_config(config_file(tmp_path, orders, bills))


def test_dead_letters_may_come_back_where_only_a_receiver_makes_them(tmp_path: Path) -> None:
    assert read_config(config_file(tmp_path, queue(ForwardDeadLetteredMessagesTo="orders")))


def test_the_configuration_of_this_project_is_served() -> None:
    names = [each.name for each in read_config(Path("infra/servicebus.config.json"))]
    assert "trigger-events" in names


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({"RequiresSession": "yes"}, "queue 'orders': RequiresSession is 'yes', not true or false"),
        ({"ForwardTo": "bills"}, "queue 'orders': ForwardTo names 'bills', which is not configured"),
        ({"ForwardTo": 7}, "queue 'orders': ForwardTo is 7, not the name of a queue"),
        ({"ForwardTo": "Orders"}, "queue 'orders': a message could be forwarded over more than 4 queues"),
        (
            {"ForwardDeadLetteredMessagesTo": "bills"},
            "queue 'orders': ForwardDeadLetteredMessagesTo names 'bills', which is not configured",
        ),
        ({"Colour": "red"}, "queue 'orders': Colour is not a known property"),
        ({"LockDuration": "PT6M"}, "queue 'orders': LockDuration is 'PT6M', not from 1 to 300 seconds"),
        ({"LockDuration": "a minute"}, "queue 'orders': LockDuration is 'a minute', not an ISO 8601 duration"),
        ({"LockDuration": 60}, "queue 'orders': LockDuration is 60, not an ISO 8601 duration"),
        ({"MaxDeliveryCount": 0}, "queue 'orders': MaxDeliveryCount is 0, not a number from 1 to 2000"),
        ({"MaxDeliveryCount": True}, "queue 'orders': MaxDeliveryCount is True, not a number"),
        ({"RequiresDuplicateDetection": "yes"}, "RequiresDuplicateDetection is 'yes', not true or false"),
    ],
)
def test_what_cannot_be_served_is_refused_by_name(tmp_path: Path, properties: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(config_file(tmp_path, queue(**properties)))
    assert complaint in str(caught.value)


def test_topics_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="topic 'news': topics are not supported"):
        read_config(config_file(tmp_path, topics=[{"Name": "news"}]))


def test_two_queues_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="queue 'orders': there are two of that name"):
        read_config(config_file(tmp_path, queue(), {"Name": "Orders"}))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "config.json is no JSON"),
        ("[]", "not of the shape"),
        ("{}", "has no 'UserConfig'"),
        ('{"UserConfig": {"Namespaces": [7]}}', "not of the shape"),
        ('{"UserConfig": {"Namespaces": []}}', "names no queue"),
        (
            '{"UserConfig": {"Namespaces": [{"Name": "ns", "Queue": []}]}}',
            "namespace 'ns': Queue is not a known property",
        ),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "config.json"
    file.write_text(content)
    with pytest.raises(ConfigError, match=complaint):
        read_config(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_config(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("PT1M", 60_000), ("P14D", 1_209_600_000), ("P1DT2H3M4.5S", 93_784_500), ("PT0.25S", 250)],
)
def test_durations_are_read(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize("text", ["", "P", "PT", "1M", "P1M", "P1Y", "PT1H ", None])
def test_what_is_no_duration_is_refused(text: str | None) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)
