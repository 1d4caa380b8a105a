"""Reads the policy of a deployment."""

from collections.abc import Mapping
from datetime import timedelta

from shared.definitions.node import Node
from shared.definitions.policy import CLOSINGS, NAME, PARTS, RECOVERIES, Flapping, Part, Policy
from shared.definitions.reader import Reader
from shared.definitions.scope import CASE_VALUES
from shared.definitions.tile_reader import Library

STATUS_REASONS = CASE_VALUES["status_reason"]
LONGEST = timedelta(days=90)
MOST_ALERTS = 50
ATTRIBUTE: tuple[Part, ...] = ("attribute",)


def parse(node: Node, reader: Reader, library: Library) -> Policy:  # noqa: ARG001 - every reader is given one
    """The policy. All but its name may be left out."""
    optional = ["alert_key", "reopen_within", "recovery", "flapping", "transitions", "closing"]
    fields = reader.fields(node, ["policy"], optional)
    name = reader.text(fields.get("policy"))
    if name not in ("", NAME):
        reader.fault(fields["policy"], f"there is no policy `{name}`, only `{NAME}`")
    usual = Policy()
    policy = Policy(
        name=NAME,
        alert_key=_alert_key(fields["alert_key"], reader) if "alert_key" in fields else usual.alert_key,
        reopen_within=_window(fields["reopen_within"], reader) if "reopen_within" in fields else usual.reopen_within,
        recovery=reader.choice(fields["recovery"], RECOVERIES) if "recovery" in fields else usual.recovery,
        flapping=_flapping(fields["flapping"], reader) if "flapping" in fields else usual.flapping,
        allowed=_transitions(fields["transitions"], reader) if "transitions" in fields else None,
        closing=reader.choice(fields["closing"], CLOSINGS) if "closing" in fields else usual.closing,
    )
    if policy.recovery == "resolve" and not policy.may_follow("problem_solved", "in_progress"):
        reader.fault(fields["recovery"], "`resolve` needs `in_progress` among what may follow `problem_solved`")
    return policy


def _alert_key(node: Node, reader: Reader) -> tuple[Part, ...]:
    """`attribute`, `[device]` or `[device, error_code]`."""
    if isinstance(node.value, str):
        reader.choice(node, ATTRIBUTE)
        return ATTRIBUTE
    parts = {reader.choice(item, PARTS) for item in reader.items(node)}
    if "device" not in parts and not reader.faults:
        reader.fault(node, "`device` is missing: equal codes of different devices are different errors")
    return tuple(part for part in PARTS if part in parts)


def _window(node: Node, reader: Reader) -> timedelta:
    return timedelta() if node.value is False else reader.duration(node, LONGEST)


def _flapping(node: Node, reader: Reader) -> Flapping | None:
    """`{alerts, within, quiet}`, or `false` for none."""
    if node.value is False:
        return None
    fields, usual = reader.fields(node, ["alerts"], ["within", "quiet"]), Flapping()
    return Flapping(
        alerts=_number(fields.get("alerts"), reader),
        within=reader.duration(fields["within"], timedelta(days=1)) if "within" in fields else usual.within,
        quiet=reader.duration(fields["quiet"], timedelta(days=1)) if "quiet" in fields else usual.quiet,
    )


def _number(node: Node | None, reader: Reader) -> int:
    if node is None:
        return 1
    if isinstance(node.value, int) and not isinstance(node.value, bool) and 1 <= node.value <= MOST_ALERTS:
        return node.value
    reader.fault(node, f"must be a whole number from 1 to {MOST_ALERTS}")
    return 1


def _transitions(node: Node, reader: Reader) -> Mapping[str, frozenset[str]]:
    entries = reader.entries(node)
    for reason, item in entries.items():
        reader.choice(Node(reason, item.line), STATUS_REASONS)
    return {
        reason: frozenset(reader.choice(following, STATUS_REASONS) for following in reader.items(item))
        for reason, item in entries.items()
    }
