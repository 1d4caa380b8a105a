"""Waiting for what must become true."""

from collections.abc import Sequence

import pytest

from local.story.waiting import NeverHappened, until, until_one


async def test_it_looks_until_there_is_something() -> None:
    sights = iter([None, None, "an SMS"])

    async def look() -> str | None:
        return next(sights)

    assert await until("an SMS comes", look) == "an SMS"


async def test_it_gives_up_and_names_what_never_came() -> None:
    async def look() -> None:
        return None

    with pytest.raises(NeverHappened, match="an SMS comes: not within 0 seconds"):
        await until("an SMS comes", look, patience=0)


async def test_two_where_there_must_be_one_are_named() -> None:
    async def look() -> Sequence[str]:
        return ["one", "two"]

    with pytest.raises(NeverHappened, match="an SMS comes: 2 instead of one"):
        await until_one("an SMS comes", look)
