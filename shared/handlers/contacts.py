"""What is said to contacts."""

from typing import Any

from shared.contacts import contact as contacts
from shared.contacts import messages as contact_messages
from shared.contacts import push
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key
from shared.runtime.ids import quoted


def handlers() -> tuple[AnyHandler, ...]:
    def key(message: Message[Any]) -> Key:
        return Key(contacts.TABLE, quoted(message.body.contact), contacts.HEAD, f"change:{message.id}")

    return (
        Handler(contact_messages.PutContact, contacts.Contact, key, contacts.put_contact, contacts.create_contact),
        Handler(contact_messages.SetConsent, contacts.Contact, key, contacts.set_consent),
        Handler(contact_messages.PutPushSubscription, contacts.Contact, key, push.put_push_subscription),
        Handler(contact_messages.RemovePushSubscription, contacts.Contact, key, push.remove_push_subscription),
    )
