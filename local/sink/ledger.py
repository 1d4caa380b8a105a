"""All that the sink knows, as a sequence of records: played back from the journal, it is there again."""

import asyncio
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from local.sink.journal import DamagedJournal, Journal
from local.sink.message import Channel, Message
from local.sink.repeatability import Answer, Remembered

type Event = dict[str, Any]


class Answered(BaseModel):
    """A request was decided: its answer, and if it was accepted, the message and its reports."""

    record: Literal["answered"] = "answered"
    channel: Channel
    request_id: str | None
    fingerprint: str
    answer: Answer
    message: Message | None = None
    events: list[Event] = Field(default_factory=list)


class Engaged(BaseModel):
    """Somebody opened or clicked a message."""

    record: Literal["engaged"] = "engaged"
    message_id: str
    state: str
    events: list[Event]


class Reported(BaseModel):
    """The bus took these reports."""

    record: Literal["reported"] = "reported"
    event_ids: list[str]


class Cleared(BaseModel):
    """The inbox was emptied; answers and reports stay, since they were promised."""

    record: Literal["cleared"] = "cleared"


type Record = Answered | Engaged | Reported | Cleared
RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="record")])


class Ledger:
    """The inbox, the answers to repeat and the reports still to send."""

    def __init__(self, journal: Journal) -> None:
        """Play back what the journal holds; raise DamagedJournal naming the line that cannot be read."""
        self.messages: dict[str, Message] = {}
        self.answers: dict[tuple[str, str], Remembered] = {}
        self.pending: dict[str, Event] = {}
        self.unsent = asyncio.Event()
        self._journal = journal
        for number, line in enumerate(journal.lines(), start=1):
            try:
                self._apply(RECORD.validate_json(line))
            except ValidationError as error:
                raise DamagedJournal(f"line {number} of the journal is no record") from error

    async def record(self, record: Record) -> None:
        """Make it durable, then true."""
        await self._journal.append(record.model_dump_json().encode())
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
                self._expect(record.events)
            case Engaged():
                # The inbox may have been emptied meanwhile; the report is owed all the same.
                if message := self.messages.get(record.message_id):
                    message.state = record.state
                self._expect(record.events)
            case Reported():
                for event_id in record.event_ids:
                    self.pending.pop(event_id, None)
            case Cleared():
                self.messages.clear()

    def _apply_answer(self, record: Answered) -> None:
        if record.request_id is not None:
            remembered = Remembered(fingerprint=record.fingerprint, answer=record.answer)
            self.answers[record.channel, record.request_id] = remembered
        if record.message is not None:
            self.messages[record.message.id] = record.message

    def _expect(self, events: list[Event]) -> None:
        self.pending.update((event["id"], event) for event in events)
        if self.pending:
            self.unsent.set()
