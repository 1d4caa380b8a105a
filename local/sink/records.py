"""What can happen at the sink, each as a record of its journal."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from local.sink.browser import Subscription
from local.sink.message import Channel, Message
from local.sink.repeatability import Answer

type Event = dict[str, Any]


class Answered(BaseModel):
    """A request was decided: its answer, and if it was accepted, the message and its reports."""

    record: Literal["answered"] = "answered"
    channel: Channel
    request_id: str | None = None
    fingerprint: str = ""
    answer: Answer
    message: Message | None = None
    events: list[Event] = Field(default_factory=list)


class Engaged(BaseModel):
    """Something came of a message later: it was opened, clicked, answered, or reported by hand."""

    record: Literal["engaged"] = "engaged"
    message_id: str
    state: str
    events: list[Event]


class Reported(BaseModel):
    """The bus took these reports."""

    record: Literal["reported"] = "reported"
    event_ids: list[str]


class Subscribed(BaseModel):
    """A browser takes push messages from now on."""

    record: Literal["subscribed"] = "subscribed"
    subscription: Subscription


class Unsubscribed(BaseModel):
    """It takes no more."""

    record: Literal["unsubscribed"] = "unsubscribed"
    id: str


class Cleared(BaseModel):
    """The inbox was emptied; answers and reports stay, since they were promised."""

    record: Literal["cleared"] = "cleared"


class Reset(BaseModel):
    """All was forgotten, as if the sink began today."""

    record: Literal["reset"] = "reset"


type Record = Answered | Engaged | Reported | Subscribed | Unsubscribed | Cleared | Reset
RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="record")])
