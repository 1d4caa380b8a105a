"""A language model behind OpenAI's protocol, which many servers speak: it is asked for an answer of a given shape.

The SDK is imported on the first question: it takes longer than all else that a cold start loads.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from shared.runtime.errors import CarebusError, MissingSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

SETTINGS = ("CAREBUS_MODEL_URL", "CAREBUS_MODEL_KEY", "CAREBUS_MODEL_NAME")
PATIENCE = 20.0
"""Seconds for a question with all its retries: the SDK alone would obey a Retry-After of two minutes."""
RETRIES = 2
LONGEST_ANSWER = 800
"""Tokens."""


class ModelTrouble(CarebusError):
    """The model gave no answer that can be used; `reason` is a closed code."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The language model gave no usable answer: {reason}.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Said:
    content: str | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    message: _Said
    finish_reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Completion:
    """What we read of a chat completion; https://platform.openai.com/docs/api-reference/chat/object"""

    choices: tuple[_Choice, ...]


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """Asks one model at one address."""

    url: str
    """Where the protocol's paths begin, such as https://api.openai.com/v1."""
    key: str = field(repr=False)
    name: str
    patience: float = PATIENCE

    async def ask[T](self, instructions: str, content: str, answer: type[T]) -> T:
        """Return an answer of that type, a dataclass; raises ModelTrouble."""
        try:
            async with asyncio.timeout(self.patience):
                raw = await self._complete(instructions, content, answer)
        except TimeoutError:
            raise ModelTrouble("timed_out") from None
        return _read(raw, answer)

    async def _complete(self, instructions: str, content: str, answer: type[Any]) -> bytes:
        import openai

        try:
            async with self._client() as client:
                response = await client.chat.completions.with_raw_response.create(
                    model=self.name,
                    messages=[{"role": "system", "content": instructions}, {"role": "user", "content": content}],
                    response_format={
                        "type": "json_schema",
                        "json_schema": {"name": answer.__name__.lower(), "strict": True, "schema": _schema(answer)},
                    },
                    max_completion_tokens=LONGEST_ANSWER,
                )
                return response.content
        except openai.APITimeoutError:
            raise ModelTrouble("timed_out") from None
        except openai.RateLimitError:
            raise ModelTrouble("throttled") from None
        except (openai.APIConnectionError, openai.InternalServerError):
            raise ModelTrouble("unavailable") from None
        except openai.APIStatusError:
            raise ModelTrouble("not_accepted") from None
        except openai.OpenAIError:
            raise ModelTrouble("malformed") from None

    def _client(self) -> "AsyncOpenAI":
        """A client for one question: it holds connections, and they belong to one event loop."""
        from openai import AsyncOpenAI

        for name in ("openai", "httpx2"):
            logging.getLogger(name).setLevel(logging.WARNING)  # below that, they write what was sent
        return AsyncOpenAI(api_key=self.key, base_url=self.url, timeout=self.patience, max_retries=RETRIES)


def _schema(answer: type[Any]) -> dict[str, Any]:
    return {**TypeAdapter(answer).json_schema(), "additionalProperties": False}


def _read[T](raw: bytes, answer: type[T]) -> T:
    try:
        completion = TypeAdapter(_Completion).validate_json(raw)
    except ValidationError:
        raise ModelTrouble("malformed") from None
    if not completion.choices:
        raise ModelTrouble("malformed")
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise ModelTrouble("declined")
    if choice.finish_reason == "length":
        raise ModelTrouble("cut_off")
    try:
        return TypeAdapter(answer).validate_json(choice.message.content or "")
    except ValidationError:
        raise ModelTrouble("malformed") from None


def language_model(values: Mapping[str, str]) -> LanguageModel | None:
    """Return the model that the settings name; None where they name none. Raises MissingSettings for some of them."""
    url, key, name = (values.get(setting, "") for setting in SETTINGS)
    if not any((url, key, name)):
        return None
    if not url or not name:
        raise MissingSettings(f"{' and '.join(SETTINGS[::2])} belong together.")
    if not url.startswith(("https://", "http://")):
        raise MissingSettings("CAREBUS_MODEL_URL is no URL.")
    return LanguageModel(url, key or "none", name)
