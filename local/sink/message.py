"""A message that the sink has accepted."""

from datetime import datetime
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, Field

from local.sink.links import links

type Channel = Literal["sms", "email", "push"]


class Message(BaseModel):
    """One entry of the inbox; an SMS has a text, an e-mail a subject and bodies, a push message a title and a text."""

    id: str
    channel: Channel
    to: list[str]
    sender: str
    received_at: datetime
    text: str | None = None
    subject: str | None = None
    plain_text: str | None = None
    html: str | None = None
    leads_to: str = ""
    tag: str = ""
    attachments: list[str] = Field(default_factory=list)
    """By name only."""
    repeatability_id: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    report_wanted: bool = True
    engagement_tracked: bool = True
    state: str = "accepted"
    via: Literal["api", "smtp"] = "api"

    @property
    def readable(self) -> str:
        """What a person reads first: the text without markup."""
        return self.text or self.plain_text or ""

    @cached_property
    def links(self) -> list[str]:
        """What a reader can click, found once: a list shows many messages, and they may be long."""
        return links(f"{self.readable}\n{self.leads_to}", self.html or "")

    def shown(self) -> dict[str, object]:
        """The message as `/inbox.json` shows it; several recipients of one e-mail are joined."""
        fields = self.model_dump(mode="json", exclude={"report_wanted"}, exclude_none=True)
        sender = fields.pop("sender")
        return {**fields, "from": sender, "to": ", ".join(self.to)}
