"""The host's end of one child: frames in both directions, the clock, and the report of how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, cast

from sandbox.guest.frames import HEADER, NotJson, parse_json
from sandbox.zygote import Zygote, message_pair

BACKSTOP_SECONDS = 600.0
_KILL_GRACE = 5.0
_CHUNK = 256 * 1024
_BIG = 256 * 1024


class ChildOverflow(Exception):
    """The child sent more than it may."""


class ChildEnded(Exception):
    """The child closed its channel."""


class Exchange:
    """One child's channel and control. Leaving the context ends the child and everything it holds.

    ``on_close`` is told once, at the end, whether the child's supervisor reported how it went.
    """

    def __init__(
        self, zygote: Zygote, request: dict[str, Any], total_bytes: int, on_close: Callable[[bool], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._left = total_bytes
        self._buffer = bytearray()
        self._ended = False
        self._told = False
        self._on_close = on_close
        self._ending: asyncio.Task[None] | None = None
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            self._channel, channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            ours.callback(self._channel.close)
            theirs.callback(channel.close)
            self._control, control = message_pair()
            ours.callback(self._control.close)
            theirs.callback(control.close)
            zygote.dispatch(request, channel, control)
            ours.pop_all()
        self._channel.setblocking(False)
        self._control.setblocking(False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ended:
            self._close()
            return
        # A second cancellation must not leave the child alive: the task goes on without its waiter.
        self._ending = asyncio.create_task(self._end_and_close())
        await asyncio.shield(self._ending)

    async def _end_and_close(self) -> None:
        try:
            await self.end()
        finally:
            self._close()

    async def send(self, *bodies: bytes) -> None:
        """Send frames. A child that is gone is no error here: its report will say how it went."""
        parts: list[bytes] = []
        for body in bodies:
            parts += (HEADER.pack(len(body)), body)
        try:
            await self._loop.sock_sendall(self._channel, b"".join(parts))
        except (BrokenPipeError, ConnectionResetError):
            return

    async def receive(self, limit: int) -> bytes:
        """The next frame. ``ChildEnded`` at the end, ``ChildOverflow`` for one over ``limit``."""
        (length,) = HEADER.unpack(await self._take(HEADER.size))
        if length > limit:
            raise ChildOverflow(f"a frame of {length} bytes, limit {limit}")
        return await self._take(length)

    async def receive_json(self, limit: int) -> dict[str, Any]:
        """The next frame as a JSON object; ``NotJson`` for anything else."""
        return await as_object(await self.receive(limit))

    async def _take(self, length: int) -> bytes:
        buffer = self._buffer
        while len(buffer) < length:
            try:
                chunk = await self._loop.sock_recv(self._channel, _CHUNK)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                raise ChildEnded
            self._left -= len(chunk)
            if self._left < 0:
                raise ChildOverflow("too many bytes in all")
            buffer += chunk
        taken = bytes(buffer[:length])
        del buffer[:length]
        return taken

    async def report(self) -> dict[str, Any] | None:
        """How the child ended, from its supervisor; ``None`` if that is gone too."""
        try:
            body = await self._loop.sock_recv(self._control, 4096)
        except ConnectionResetError:
            body = b""
        self._ended = True
        self._told = bool(body)
        return json.loads(body) if body else None

    async def end(self) -> dict[str, Any] | None:
        """Kill the child, if it still lives, and wait for its report."""
        with contextlib.suppress(OSError):  # its supervisor is gone already
            self._control.send(b"end")
        try:
            async with asyncio.timeout(_KILL_GRACE):
                return await self.report()
        except TimeoutError:
            return None

    def _close(self) -> None:
        self._channel.close()
        self._control.close()
        self._on_close(self._told)


async def as_object(body: bytes) -> dict[str, Any]:
    """A frame's bytes as a JSON object; ``NotJson`` for anything else."""
    value = parse_json(body) if len(body) < _BIG else await asyncio.to_thread(parse_json, body)
    if not isinstance(value, dict):
        raise NotJson("a frame is not an object")
    return cast("dict[str, Any]", value)
