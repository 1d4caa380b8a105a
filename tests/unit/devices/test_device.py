"""Who owned a device when: an event is for the owner at its own time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.devices.device import Device, Ownership, put_device, register
from shared.devices.messages import PutDevice
from shared.events.messages import RecordChanged
from shared.runtime.codec import plain, typed
from shared.runtime.envelope import Message
from shared.runtime.step import Head

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def registered(contact: str = "C-1", since: datetime | None = None, model: str = "M") -> Device:
    state = register(_put(contact, since, model), None, NOON).state
    assert state is not None
    return state


def changed(
    device: Device, contact: str, since: datetime | None = None, model: str = "", now: datetime = NOON
) -> Device:
    state = put_device(device, _put(contact, since, model), None, now).state
    assert state is not None
    return state


def _put(contact: str, since: datetime | None, model: str) -> Message[PutDevice]:
    return Message("m1", NOON, PutDevice("D-1", contact, model, since))


@pytest.mark.parametrize("time", [NOON - 10_000 * DAY, NOON, NOON + DAY])
def test_the_first_owner_holds_from_the_beginning(time: datetime) -> None:
    assert registered().owner_at(time) == "C-1"


def test_before_the_time_that_is_given_nobody_owns_it() -> None:
    device = registered(since=NOON)
    assert device.owner_at(NOON - DAY) is None
    assert device.owner_at(NOON) == "C-1"


def test_an_event_is_for_who_owned_the_device_then() -> None:
    device = changed(registered(), "C-2", since=NOON)
    assert device.owner_at(NOON - timedelta(seconds=1)) == "C-1"
    assert device.owner_at(NOON) == "C-2"


def test_a_new_owner_holds_from_now_on_where_nothing_else_is_said() -> None:
    device = changed(registered(), "C-2", now=NOON + DAY)
    assert device.owner_at(NOON) == "C-1"
    assert device.owner_at(NOON + DAY) == "C-2"


def test_owners_may_be_told_out_of_order() -> None:
    device = changed(changed(registered(), "C-3", since=NOON + DAY), "C-2", since=NOON)
    assert [device.owner_at(NOON + days * DAY) for days in (-1, 0, 1)] == ["C-1", "C-2", "C-3"]


def test_the_same_owner_again_changes_nothing_but_the_model() -> None:
    device = registered()
    assert changed(device, "C-1", model="N") == Device("D-1", "N", device.owners)
    assert changed(device, "C-1") == device


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 20)), max_size=6))
def test_owners_are_kept_oldest_first(handovers: list[tuple[str, int]]) -> None:
    device = registered()
    for contact, day in handovers:
        device = changed(device, contact, since=NOON + day * DAY)
    assert list(device.owners) == sorted(device.owners, key=lambda owner: owner.since)
    assert device.owner_at(NOON - DAY) == "C-1"


def test_the_beginning_of_time_is_stored_and_read() -> None:
    head = Head(registered(), NOON, 1)
    assert typed(Head[Device], plain(head)) == head
    assert head.state.owners == (Ownership("C-1", datetime(1, 1, 1, tzinfo=UTC)),)


def test_nobody_owned_a_device_before_that_was_told() -> None:
    device = changed(registered("C-1"), "C-2", since=NOON - DAY, now=NOON)
    assert device.owner_at(NOON - timedelta(hours=1)) == "C-1"
    assert device.owner_at(NOON) == "C-2"


def test_a_new_device_is_told_to_triggers_with_its_owner() -> None:
    [outgoing] = register(_put("C-1", None, "M"), None, NOON).raised
    attributes = {"device": "D-1", "contact": "C-1", "model": "M"}
    assert outgoing.body == RecordChanged("devices", "D-1", (), attributes, "C-1", NOON)


@pytest.mark.parametrize(
    ("contact", "model", "columns", "more"),
    [
        ("C-2", "", ("owner",), {"model": "M", "previous_contact": "C-1"}),
        ("C-2", "N", ("owner", "model"), {"model": "N", "previous_contact": "C-1"}),
        ("C-1", "N", ("model",), {"model": "N"}),
    ],
)
def test_a_change_is_told_to_its_owner_from_now_on(
    contact: str, model: str, columns: tuple[str, ...], more: dict[str, str]
) -> None:
    [outgoing] = put_device(registered(), _put(contact, None, model), None, NOON).raised
    attributes = {"device": "D-1", "contact": contact, **more}
    assert outgoing.body == RecordChanged("devices", "D-1", columns, attributes, contact, NOON)


def test_a_device_that_is_put_again_as_it_was_is_no_change() -> None:
    assert put_device(registered(), _put("C-1", None, "M"), None, NOON).raised == ()
