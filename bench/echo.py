"""`python -m bench.echo`: an asyncio server that answers each frame with the same bytes, and does nothing else.

A connection's first line is JSON: what each frame is answered with, and what the first frame takes out, how often.
"""

import asyncio
import json
import signal

HEAD = 4


class Echo(asyncio.Protocol):
    """Counts frames by their lengths."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._answer: bytes | None = None
        self._stock = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._answer is None:
            line, _, rest = self._buffer.partition(b"\n")
            order = json.loads(line)
            self._answer, self._stock = bytes.fromhex(order["answer"]), bytes.fromhex(order["stock"]) * order["times"]
            self._buffer = bytearray(rest)
        position, frames = 0, 0
        while position + HEAD <= len(self._buffer):
            size = int.from_bytes(self._buffer[position : position + HEAD], "big")
            if position + size > len(self._buffer):
                break
            position, frames = position + size, frames + 1
        del self._buffer[:position]
        if frames and self._stock:
            # The first frame asks for messages.
            self._transport.write(self._stock)
            self._stock, frames = b"", frames - 1
        self._transport.write(self._answer * frames)


async def main() -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGINT, stopped.set)
    async with await loop.create_server(Echo, "127.0.0.1", 0) as server:
        print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
