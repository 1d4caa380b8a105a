"""What is said to the system when something of a scenario happens."""

from collections.abc import Iterator, Mapping

from shared.cases.messages import CancelCase, ChangeStatus, ReactivateCase, ResolveCase
from shared.contacts.messages import PutPushSubscription, RemovePushSubscription, SetConsent
from shared.runtime.envelope import Body
from shared.runtime.ids import derived
from shared.scenarios.rows import CaseRow
from shared.scenarios.scenario import Command, Person, Subscribe

AGENT = "agent"


def of_command(command: Command, case: CaseRow) -> Body:
    match command.kind:
        case "resolve":
            return ResolveCase(case.id, AGENT, command.status_reason, command.text)
        case "cancel":
            return CancelCase(case.id, AGENT, command.text)
        case "status":
            return ChangeStatus(case.id, AGENT, command.status_reason, command.text)
        case "reactivate":
            return ReactivateCase(case.id, AGENT, case.device, case.error_code, command.text, case.alert_key)


def of_person(person: Person) -> Iterator[Body]:
    contact = person.contact.contact
    yield person.contact
    if person.takes_push:
        yield of_push(Subscribe(contact, is_subscribed=True))
    yield from of_consents(contact, person.consents)


def of_push(wish: Subscribe) -> Body:
    if not wish.is_subscribed:
        return RemovePushSubscription(wish.contact)
    endpoint = f"https://push.example/{derived('browser', wish.contact)}"
    return PutPushSubscription(wish.contact, endpoint, "key of the browser", "secret of the browser")


def of_consents(contact: str, consents: Mapping[str, str]) -> Iterator[Body]:
    for key, status in consents.items():
        channel, _, purpose = key.partition("/")
        yield SetConsent(contact, channel, purpose, status, "scenario")
