"""HTTP/1.1 by hand on one connection, so that a test decides about every byte and every way to fail."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Request:
    """``headers`` by their lower-case names."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as a JSON value; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Connection:
    """One client's connection; its requests come one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ahead = b""

    async def request(self) -> Request | None:
        """The next request; None at the end of the connection."""
        try:
            head = self._ahead + await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        self._ahead = b""
        line, *fields = head.decode("latin-1").strip().split("\r\n")
        method, path, _ = line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        return Request(method, path.partition("?")[0], headers, await self._body(headers))

    async def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return await self._reader.readexactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int(await self._reader.readline(), 16):
            body += await self._reader.readexactly(size)
            await self._reader.readline()
        await self._reader.readline()
        return body

    async def gone(self) -> None:
        """Returns when the client has closed the connection, or lost it."""
        try:
            self._ahead = await self._reader.read(1)
        except ConnectionError:
            return
        if self._ahead:  # the next request already: a client that is there
            await asyncio.Event().wait()

    async def respond(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """A whole answer; ``headers`` need no length."""
        await self.send(_head(status, {**headers, "Content-Length": str(len(body))}) + body)

    async def respond_half(self, body: bytes, headers: dict[str, str]) -> None:
        """A success that promises ``body`` and sends half of it."""
        head = _head(200, {**headers, "Content-Length": str(len(body))})
        await self.send(head + body[: len(body) // 2])

    async def start_stream(self, headers: dict[str, str]) -> None:
        """The head of a success whose body comes in chunks."""
        await self.send(_head(200, {**headers, "Transfer-Encoding": "chunked"}))

    async def chunk(self, data: bytes, *, last: bool = False) -> None:
        """One chunk, and with the last one the end: a client that leaves after the last word leaves nothing behind."""
        await self.send(b"%x\r\n%b\r\n" % (len(data), data) + (b"0\r\n\r\n" if last else b""))

    async def end_stream(self) -> None:
        """The end of a body in chunks."""
        await self.send(b"0\r\n\r\n")

    async def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        raw: socket.socket = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def close(self) -> None:
        """End the connection in order; does nothing after a reset."""
        self._writer.close()


def _head(status: int, headers: dict[str, str]) -> bytes:
    # 529 is a provider's own invention
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {phrase}\r\n{lines}\r\n".encode()
