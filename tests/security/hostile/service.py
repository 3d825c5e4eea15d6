"""The one server that an approval opened: it answers honestly, or as badly as a server can."""

from __future__ import annotations

import asyncio
import gzip
import json
from urllib.parse import unquote

from tests.security.broker.wire import Request, Upstream, answer

BOMB = gzip.compress(bytes(64 * 1024 * 1024))
BROKEN = {
    "silent": b"",
    "drip": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
    "garbage": bytes(range(256)),
    "short": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}",
    "endless": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "endless-head": b"HTTP/1.1 200 OK\r\n",
}
"""How an answer begins that never comes whole."""
SILENT = ("silent", "drip")
ENDLESS = {"endless": b"10000\r\n" + bytes(0x10000) + b"\r\n", "endless-head": b"X-More: " + b"x" * 8000 + b"\r\n"}


class Service(Upstream):
    """Answers by the path of the request. ``strange``: requests that no broker may send, whatever an adapter asked."""

    def __init__(self) -> None:
        super().__init__(respond=self._by_path)
        self.strange: list[str] = []
        self._talks: set[asyncio.Task[None]] = set()

    async def quiet(self) -> None:
        """Until everybody who was connected has gone."""
        while self._talks:
            await asyncio.wait(self._talks)

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection."""
        talk = asyncio.ensure_future(self.serve(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _by_path(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.header("host") != f"127.0.0.1:{self.port}" or request.header("x-smuggled") is not None:
            self.strange.append(f"{request.line} {request.headers}")
        _, kind, rest = request.path.split("/", 2)
        if kind in BROKEN:
            writer.write(BROKEN[kind])
            if kind in ENDLESS:
                await _endless(writer, ENDLESS[kind])
            elif kind not in SILENT:
                writer.close()
            return
        told = {"line": request.line, "headers": request.headers, "body": request.body.decode()}
        answers = {
            "to": answer(302, {"Location": unquote(rest)}),
            "round": answer(307, {"Location": request.path}),
            "bomb": answer(200, {"Content-Encoding": "gzip"}, BOMB),
        }
        await answers.get(kind, answer(200, {}, json.dumps(told).encode()))(request, writer)


async def _endless(writer: asyncio.StreamWriter, part: bytes) -> None:
    while not writer.is_closing():
        writer.write(part)
        await writer.drain()
