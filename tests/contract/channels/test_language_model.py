"""What is asked of a language model, and whatever it may answer, over real HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import Field

from shared.channels.language_model import LanguageModel, ModelTrouble, language_model
from shared.runtime.errors import MissingSettings
from tests.contract.channels.model_server import ModelServer, failing, said, serving

KEY = "sk-very-secret"
QUICK = {"retry_after_ms": "1"}


@dataclass(frozen=True, slots=True)
class Telling:
    told: Annotated[str, Field(min_length=1, max_length=50)]


def model(server: ModelServer, patience: float = 5) -> LanguageModel:
    return LanguageModel(server.url, KEY, "small", patience)


async def answer(*answers: Mapping[str, Any], patience: float = 5) -> Telling:
    async with serving(*answers) as server:
        return await model(server, patience).ask("Be brief.", "A valve broke.", Telling)


async def test_it_is_asked_for_an_answer_of_that_shape() -> None:
    async with serving(said({"told": "A valve broke."})) as server:
        assert await model(server).ask("Be brief.", "A valve broke.", Telling) == Telling("A valve broke.")
    (asked,) = server.asked
    assert asked["model"] == "small"
    assert [each["role"] for each in asked["messages"]] == ["system", "user"]
    schema = asked["response_format"]["json_schema"]["schema"]
    assert (schema["required"], schema["additionalProperties"]) == (["told"], False)
    assert asked["max_completion_tokens"] > 0
    assert server.keys == [f"Bearer {KEY}"]


async def test_a_failure_that_passes_is_not_noticed() -> None:
    found = await answer(failing(500, **QUICK), failing(429, **QUICK), said({"told": "yes"}))
    assert found == Telling("yes")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (failing(500, **QUICK), "unavailable"),
        (failing(503, **QUICK), "unavailable"),
        (failing(429, **QUICK), "throttled"),
        (failing(400), "not_accepted"),
        (failing(401), "not_accepted"),
        (failing(404), "not_accepted"),
        ({"body": b"<html>It works!</html>"}, "malformed"),
        ({"body": b""}, "malformed"),
        ({"body": b"{}"}, "malformed"),
        ({"body": b'{"choices": []}'}, "malformed"),
        ({"body": b'{"choices": [{"message": null}]}'}, "malformed"),
        ({"body": b'{"choices": [{"message": {"content": null}}]}'}, "malformed"),
        (said("Sure! Here you are."), "malformed"),
        (said("```json\n{}\n```"), "malformed"),
        (said({"told": ""}), "malformed"),
        (said({"told": "x" * 51}), "malformed"),
        (said({"told": ["a", "list"]}), "malformed"),
        (said({"tol'); DROP TABLE": 1}), "malformed"),
        (said("[" * 100_000), "malformed"),
        (said({"told": "half of wha"}, "length"), "cut_off"),
        (said({"told": "x"}, "content_filter"), "declined"),
        (said("", refusal="I cannot help with that."), "declined"),
    ],
)
async def test_what_cannot_be_used_is_told_by_a_closed_reason(given: Mapping[str, Any], reason: str) -> None:
    with pytest.raises(ModelTrouble) as trouble:
        await answer(given)
    assert trouble.value.reason == reason
    assert KEY not in str(trouble.value)


async def test_one_that_never_answers_is_not_waited_for() -> None:
    with pytest.raises(ModelTrouble) as trouble:
        await answer({"never": True}, patience=0.2)
    assert trouble.value.reason == "timed_out"


async def test_one_that_asks_for_a_long_pause_is_not_waited_for() -> None:
    with pytest.raises(ModelTrouble) as trouble:
        await answer(failing(429, retry_after="100"), patience=0.5)
    assert trouble.value.reason == "timed_out"


async def test_where_nobody_listens_it_is_unavailable() -> None:
    async with serving(said({})) as server:
        pass
    with pytest.raises(ModelTrouble) as trouble:
        await model(server, 10).ask("", "", Telling)
    assert trouble.value.reason == "unavailable"


def test_the_key_is_shown_nowhere() -> None:
    assert KEY not in repr(LanguageModel("https://model.example/v1", KEY, "small"))


SET = {"CAREBUS_MODEL_URL": "https://model.example/v1", "CAREBUS_MODEL_KEY": KEY, "CAREBUS_MODEL_NAME": "small"}


def test_settings_name_the_model() -> None:
    found = language_model(SET)
    assert found is not None
    assert (found.url, found.key, found.name) == (SET["CAREBUS_MODEL_URL"], KEY, "small")


def test_without_settings_there_is_none() -> None:
    assert language_model({"CAREBUS_MODEL_URL": ""}) is None


@pytest.mark.parametrize("left_out", ["CAREBUS_MODEL_URL", "CAREBUS_MODEL_NAME"])
def test_half_of_the_settings_are_refused_without_the_key(left_out: str) -> None:
    with pytest.raises(MissingSettings) as told:
        language_model({**SET, left_out: ""})
    assert KEY not in str(told.value)


def test_a_model_of_ones_own_needs_no_key() -> None:
    assert language_model({**SET, "CAREBUS_MODEL_KEY": ""}) is not None


def test_an_address_is_a_url() -> None:
    with pytest.raises(MissingSettings):
        language_model({**SET, "CAREBUS_MODEL_URL": "model.example"})
