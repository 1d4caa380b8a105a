"""What is said to correspondents: what they write."""

from typing import Any

from shared.handlers.surroundings import Surroundings
from shared.intake import correspondent as correspondents
from shared.intake import messages as intake_messages
from shared.intake.decide import go_on, release, take, take_first
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key
from shared.runtime.ids import quoted


def handlers(around: Surroundings) -> tuple[AnyHandler, ...]:
    def key(message: Message[intake_messages.TakeActivity]) -> Key:
        return Key(correspondents.TABLE, message.body.correspondent, correspondents.HEAD, f"taken:{message.id}")

    def row_key(message: Message[Any]) -> Key:
        body = message.body
        row = f"{correspondents.ROW}{body.activity}"
        return Key(correspondents.TABLE, quoted(body.correspondent), row, f"step:{body.activity}:{message.id}")

    read, incoming = around.intake_facts, correspondents.Incoming
    return (
        Handler(intake_messages.TakeActivity, correspondents.Correspondent, key, take, take_first, read.of_activity),
        Handler(intake_messages.ContinueActivity, incoming, row_key, go_on),
        Handler(intake_messages.ReleaseActivity, incoming, row_key, release, gather=read.of_release),
    )
