"""Who has a phone number, found by it; and where a contact's browser takes push messages."""

from datetime import timedelta

import pytest

from shared.contacts.contact import Contact, create_contact, put_contact
from shared.contacts.messages import PutContact, PutPushSubscription, RemovePushSubscription, fingerprint
from shared.contacts.push import put_push_subscription, remove_push_subscription
from shared.runtime.decision import Decision, Put, Refusal
from tests.unit.contacts.test_contact import ADA, NOON, created, message, put, said

PHONE_ROW = Put("refs", "phone", "+4930123456~C-1", {"contact": "C-1"})


def test_who_has_a_number_is_found_by_it_before_anybody_can_answer() -> None:
    assert PHONE_ROW in create_contact(message(ADA), None, NOON).hints
    assert PHONE_ROW in put_contact(created(), message(ADA), None, NOON).hints


def test_who_has_no_number_is_found_by_none() -> None:
    hints = create_contact(message(PutContact("C-1", "Ada", phone="")), None, NOON).hints
    assert not [hint for hint in hints if hint.table == "refs"]


def test_a_number_that_somebody_had_is_not_taken_from_who_has_it_now() -> None:
    """A removal that comes late would hide the number's new owner: rows only say who to ask."""
    decision = put_contact(created(), message(PutContact("C-1", "Ada", phone="+4930999999")), None, NOON)
    assert decision.records == ()
    assert [hint.key for hint in decision.hints] == ["+4930999999~C-1"]


FIRST = PutPushSubscription("C-1", "https://push.example/1", "p1", "a1")
SECOND = PutPushSubscription("C-1", "https://push.example/2", "p2", "a2")


def subscribed(contact: Contact, body: PutPushSubscription = FIRST, minutes: int = 0) -> Contact:
    state = put_push_subscription(contact, message(body, NOON + timedelta(minutes=minutes)), None, NOON).state
    assert state is not None
    return state


def unsubscribed(contact: Contact, subscription: str = "", minutes: int = 0) -> Decision[Contact]:
    body = RemovePushSubscription("C-1", subscription)
    return remove_push_subscription(contact, message(body, NOON + timedelta(minutes=minutes)), None, NOON)


def test_a_push_subscription_is_a_contact_point() -> None:
    contact = subscribed(created())
    assert contact.points["push"] == '{"auth":"a1","endpoint":"https://push.example/1","p256dh":"p1"}'
    assert contact.points["sms"] == "+4930123456"


def test_a_newer_subscription_replaces_the_one_before() -> None:
    contact = subscribed(subscribed(created()), SECOND, 1)
    assert "push.example/2" in contact.points["push"]


def test_an_older_one_that_comes_late_does_not() -> None:
    contact = subscribed(created(), SECOND, 1)
    late = put_push_subscription(contact, message(FIRST), None, NOON)
    assert late == Decision(refused=Refusal("outdated", "time"))


def test_a_changed_name_leaves_the_subscription() -> None:
    assert put(subscribed(created()), name="Ada Changed").points["push"] == subscribed(created()).points["push"]


def test_a_subscription_is_removed_and_does_not_come_back_late() -> None:
    removed = unsubscribed(subscribed(created()), minutes=2).state
    assert removed is not None
    assert "push" not in removed.points
    late = put_push_subscription(removed, message(FIRST, NOON + timedelta(minutes=1)), None, NOON)
    assert late.refused == Refusal("outdated", "time")


def test_a_removal_that_comes_late_leaves_the_newer_subscription() -> None:
    assert unsubscribed(subscribed(created(), SECOND, 5), minutes=3).refused == Refusal("outdated", "time")


def test_one_that_is_gone_is_removed_by_its_fingerprint() -> None:
    contact = subscribed(created())
    removed = unsubscribed(contact, fingerprint(contact.points["push"])).state
    assert removed is not None
    assert "push" not in removed.points


@pytest.mark.parametrize("contact", [created(), subscribed(subscribed(created()), SECOND, 1)])
def test_one_that_was_replaced_is_not_removed_again(contact: Contact) -> None:
    gone = fingerprint(subscribed(created()).points["push"])
    assert unsubscribed(contact, gone) == Decision(outcome="replaced")


def test_consent_for_push_is_the_persons_and_outlives_the_subscription() -> None:
    contact = said(subscribed(created()), "opted_out", channel="push")
    assert subscribed(contact, SECOND, 1).consents_for("push") == {"commercial": "opted_out"}
    assert "push.example" not in repr(contact.consents)


def test_the_keys_of_a_browser_are_not_shown() -> None:
    assert repr(FIRST) == "PutPushSubscription(contact='C-1')"
