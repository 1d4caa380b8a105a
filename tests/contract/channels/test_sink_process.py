"""The sink as a process: what it has accepted survives kill -9."""

from datetime import UTC, datetime
from pathlib import Path

from shared.channels.acs import AcsProvider
from tests.cloud.sink import running_sink
from tests.contract.channels.test_provider import message


async def test_after_a_kill_messages_ids_and_reports_are_there(tmp_path: Path) -> None:
    once = message("sms", first_sent=datetime.now(UTC))
    async with running_sink(data=tmp_path) as sink:
        provider = AcsProvider.from_connection_string(sink.connection_string)
        first = await provider.send(once)
        await provider.aclose()
        before = await sink.inbox()
        await sink.kill()
    async with running_sink(data=tmp_path) as sink:
        provider = AcsProvider.from_connection_string(sink.connection_string)
        assert await provider.send(once) == first
        await provider.aclose()
        assert await sink.inbox() == before
        assert await sink.pending_reports() == 1
