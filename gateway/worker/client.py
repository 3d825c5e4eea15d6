"""The service's side of the worker: starts it when it is needed, and again when it died."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from core.errors import Unavailable
from gateway.worker.frames import Frame, packed, read_frame

_ROOT: Final = str(Path(__file__).resolve().parents[2])
_START: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from gateway.worker.child import main; main(int(sys.argv[2]))"
)
# How to find the network and the certificates; no provider's key, which litellm would use unasked.
_INHERITED: Final = (
    "PATH", "HOME", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
_READY_SECONDS: Final = 60.0
_CANCEL_SECONDS: Final = 2.0
_LOST: Final = {
    "kind": "server_error",
    "detail": "The gateway's worker ended in the middle of the call.",
    "sure": False,
}


@dataclass
class Call:
    """A call that goes on. ``last`` is its last frame, once it is there: ``done`` or ``failed``."""

    number: int
    channel: _Channel
    frames: asyncio.Queue[Frame] = field(default_factory=asyncio.Queue[Frame])
    last: Frame | None = None

    async def texts(self) -> AsyncIterator[str]:
        """Pieces of text as they come; afterwards ``last`` is there."""
        while self.last is None:
            frame = await self.frames.get()
            if frame["t"] == "delta":
                yield frame["text"]
            else:
                self.last = frame

    async def cancel(self) -> Frame:
        """End it, and wait for what had come by then; a worker that does not answer is taken to have lost it."""
        if self.last is None:
            self.channel.send({"t": "cancel", "id": self.number})
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CANCEL_SECONDS):
                    async for _ in self.texts():
                        pass
        return self.last or {"t": "failed", "failure": _LOST}


class _Channel:
    """One living process and its socket."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.process = process
        self._reader = reader
        self._writer = writer
        self._calls: dict[int, Call] = {}
        self._numbers = itertools.count(1)
        self._reading: asyncio.Task[None] | None = None
        self.alive = True

    async def ready(self) -> None:
        """Until litellm is imported. Raises ``Unavailable`` when the process ends first."""
        try:
            async with asyncio.timeout(_READY_SECONDS):
                first = await read_frame(self._reader)
        except TimeoutError:
            first = None
        if first is None:
            await self.aclose()
            raise Unavailable(
                "The gateway's worker did not start.",
                mend="Try `python -c 'import litellm'` in NEXUS's environment; `make setup` installs what is missing.",
            )
        self._reading = asyncio.create_task(self._read())

    def begin(self, call: Frame) -> Call:
        """Send a call."""
        begun = Call(next(self._numbers), self)
        self._calls[begun.number] = begun
        self.send({"t": "call", "id": begun.number, "call": call})
        return begun

    def send(self, frame: Frame) -> None:
        """Queue a frame; to a process that has gone nothing is sent, its calls have their last frame already."""
        if self.alive:
            self._writer.write(packed(frame))

    async def aclose(self) -> None:
        """End the process: it leaves when its socket closes, and is killed when it does not."""
        self._writer.close()
        try:
            async with asyncio.timeout(_CANCEL_SECONDS):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self) -> None:
        while (frame := await read_frame(self._reader)) is not None:
            call = self._calls.get(frame["id"])
            if frame["t"] != "delta":
                self._calls.pop(frame["id"], None)
            if call is not None:
                call.frames.put_nowait(frame)
        self.alive = False
        for call in self._calls.values():
            call.frames.put_nowait({"t": "failed", "failure": _LOST})
        self._calls.clear()


class LitellmWorker:
    """Makes calls through litellm, in a process of its own that is started with the first one."""

    def __init__(self) -> None:
        self._channel: _Channel | None = None
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process, while it lives."""
        return self._channel.process.pid if self._channel is not None and self._channel.alive else None

    async def start(self) -> None:
        """Begin before the first call needs it. Raises ``Unavailable`` when it cannot."""
        await self._living()

    async def begin(self, call: dict[str, Any]) -> Call:
        """Begin a call: keyword arguments of ``litellm.acompletion``, or with ``kind="embed"`` of ``aembedding``."""
        return (await self._living()).begin(call)

    async def aclose(self) -> None:
        """End the process; calls that go on fail."""
        async with self._starting:
            if self._channel is not None:
                await self._channel.aclose()
                self._channel = None

    async def _living(self) -> _Channel:
        if self._channel is not None and self._channel.alive:
            return self._channel
        async with self._starting:
            if self._channel is None or not self._channel.alive:
                if self._channel is not None:
                    await self._channel.aclose()
                self._channel = await _spawn()
            return self._channel


async def _spawn() -> _Channel:
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-c", _START, _ROOT, str(theirs.fileno()),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _INHERITED if name in os.environ},
            pass_fds=(theirs.fileno(),), start_new_session=True,
        )  # fmt: skip
    reader, writer = await asyncio.open_connection(sock=ours, limit=2**20)
    channel = _Channel(process, reader, writer)
    await channel.ready()
    return channel
