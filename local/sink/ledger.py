"""All that the sink knows, as a sequence of records: played back from the journal, it is there again."""

import asyncio

from pydantic import ValidationError

from local.sink.browser import Subscription
from local.sink.journal import DamagedJournal, Journal
from local.sink.message import Message
from local.sink.records import (
    RECORD,
    Answered,
    Cleared,
    Engaged,
    Event,
    Record,
    Reported,
    Reset,
    Subscribed,
    Unsubscribed,
)
from local.sink.repeatability import Remembered


class Ledger:
    """The inbox with its reports, the answers to repeat and the reports still to send."""

    def __init__(self, journal: Journal) -> None:
        """Play back what the journal holds; raise DamagedJournal naming the line that cannot be read."""
        self.messages: dict[str, Message] = {}
        self.reports: dict[str, list[Event]] = {}
        self.answers: dict[tuple[str, str], Remembered] = {}
        self.pending: dict[str, Event] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.unsent = asyncio.Event()
        self._journal = journal
        for number, line in enumerate(journal.lines(), start=1):
            try:
                self._apply(RECORD.validate_json(line))
            except ValidationError as error:
                raise DamagedJournal(f"line {number} of the journal is no record") from error

    async def record(self, record: Record) -> None:
        """Make it durable, then true; both or neither, though whoever asked may hang up meanwhile."""
        await asyncio.shield(self._record(record))

    async def _record(self, record: Record) -> None:
        write = self._journal.begin_anew if isinstance(record, Reset) else self._journal.append
        await write(record.model_dump_json().encode())
        self._apply(record)

    def reported(self, event_ids: list[str]) -> None:
        """Note that the bus took reports; if the note is lost they are sent again with the same ids."""
        note = Reported(event_ids=event_ids)
        self._journal.write(note.model_dump_json().encode())
        self._apply(note)

    def _apply(self, record: Record) -> None:
        match record:
            case Answered():
                self._apply_answer(record)
                self._expect(record.answer.message_id, record.events)
            case Engaged():
                # The inbox may have been emptied meanwhile; the report is owed all the same.
                if message := self.messages.get(record.message_id):
                    message.state = record.state
                self._expect(record.message_id, record.events)
            case Reported():
                for event_id in record.event_ids:
                    self.pending.pop(event_id, None)
            case Subscribed():
                self.subscriptions[record.subscription.id] = record.subscription
            case Unsubscribed():
                self.subscriptions.pop(record.id, None)
            case Cleared():
                self._empty()
            case Reset():
                self._empty()
                self.answers.clear()
                self.pending.clear()
                self.subscriptions.clear()
                self.unsent.clear()

    def _apply_answer(self, record: Answered) -> None:
        if record.request_id is not None:
            remembered = Remembered(fingerprint=record.fingerprint, answer=record.answer)
            self.answers[record.channel, record.request_id] = remembered
        if record.message is not None:
            self.messages[record.message.id] = record.message
            self.reports[record.message.id] = []

    def _empty(self) -> None:
        self.messages.clear()
        self.reports.clear()

    def _expect(self, message_id: str, events: list[Event]) -> None:
        if message_id in self.reports:
            self.reports[message_id] += events
        self.pending.update((event["id"], event) for event in events)
        if self.pending:
            self.unsent.set()
