"""A sink, and a browser in front of it."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.channels.browser import Browser
from tests.contract.channels.mailbox import Mailbox, open_mailbox


@pytest.fixture
async def sink() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
async def browser(sink: Mailbox) -> Browser:
    return Browser(sink.url, sink.session)
