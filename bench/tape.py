"""The SDK calls of one recorded story, and the same calls for another: ids of the same shape, the same sizes."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from bench.driver import Story
from shared.runtime.ids import derived

Calls = list[Any]
RESOLVE = "resolve-"
_MADE = r"\b[0-9A-HJKMNP-TV-Z]{26}\b"
_GUID = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
_FIRST_SENT = r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"


@dataclass(frozen=True, slots=True)
class Script:
    """What is called at each step of one story."""

    steps: dict[str, Calls]
    """By the name of the webhook call, or of the bus message, that a step begins with."""
    sms_report: Calls
    email_report: Calls

    @property
    def tag(self) -> str:
        """What the report of the SMS brings back."""
        posts = (call for calls in self.steps.values() for call in calls if call[0] == "post" and "/sms" in call[1])
        return str(json.loads(next(posts)[2])["smsSendOptions"]["tag"])


class Tape:
    """One story as it was recorded."""

    def __init__(self, story: Story, text: str) -> None:
        self._story = story
        self._text = text

    @classmethod
    def read(cls, file: Path, story: Story) -> Self:
        """Follow the story from its webhook call and its resolution through all messages that were sent on the way."""
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        calls = {line["message"]: line["calls"] for line in lines}
        steps = dict(_followed(calls, [story.key, RESOLVE + story.key]))
        told = json.dumps(steps)
        sms, email = None, None
        for line in lines:
            data = json.loads(line["body"] or "{}").get("data", {})
            if data.get("tag") and data["tag"] in told:
                sms = line["calls"]
            elif data.get("messageId") and f'"{data["messageId"]}"' in told:
                email = line["calls"]
        if sms is None or email is None:
            raise ValueError("a report of the recorded story is not on the tape")
        return cls(story, json.dumps({"steps": steps, "sms_report": sms, "email_report": email}))

    @property
    def queues(self) -> set[str]:
        """The queues that the story's own steps send to."""
        script = self.script(self._story)
        calls = [call for calls in script.steps.values() for call in calls]
        return {call[1] for call in calls if call[0] == "send"} | {"case-commands", "delivery-reports"}

    def script(self, story: Story) -> Script:
        """Return the calls for another story."""
        exact = {
            self._story.key: story.key,
            str(self._story.code): str(story.code),
            self._story.person.id: story.person.id,
            self._story.person.device: story.person.device,
            self._story.person.phone: story.person.phone,
            self._story.person.email: story.person.email,
        }
        now = format_datetime(datetime.now(UTC), usegmt=True)

        def other(match: re.Match[str]) -> str:
            text = match[0]
            if text in exact:
                return exact[text]
            if text.endswith("GMT"):
                return now
            fresh = derived(text, story.key)
            return fresh if len(text) == len(fresh) else str(UUID(bytes=fresh[:16].encode(), version=4))

        names = "|".join(map(re.escape, sorted(exact, key=len, reverse=True)))
        pattern = re.compile(f"{names}|{_MADE}|{_GUID}|{_FIRST_SENT}")
        return Script(**json.loads(pattern.sub(other, self._text)))


def _followed(calls: dict[str, Calls], names: Iterable[str]) -> Iterator[tuple[str, Calls]]:
    for name in names:
        yield name, calls[name]
        sent = [message for call in calls[name] if call[0] == "send" for message, _ in call[2]]
        yield from _followed(calls, sent)
