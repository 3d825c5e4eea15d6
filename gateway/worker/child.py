"""Inside the worker: calls of litellm, each a task, until the service goes away."""

# pyright: basic
# litellm's own types say little; what comes out of it is read defensively.

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from typing import Any, cast

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["LITELLM_MODE"] = "PRODUCTION"

import litellm

from gateway.worker.answers import Answer, failure_of
from gateway.worker.frames import Frame, packed, read_frame
from gateway.worker.lean import make_lean

_CUT = "cut"


class Worker:
    """Answers frames. ``call`` begins a call, ``cancel`` ends one, ``close`` ends the process."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._calls: dict[int, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Until the socket closes."""
        self._send({"t": "ready"})
        while (frame := await read_frame(self._reader)) is not None:
            if frame["t"] == "call":
                self._calls[frame["id"]] = asyncio.create_task(self._call(frame["id"], frame["call"]))
            elif frame["t"] == "cancel" and (task := self._calls.get(frame["id"])) is not None:
                task.cancel(_CUT)
        for task in self._calls.values():
            task.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def _call(self, number: int, call: Frame) -> None:
        """One call; exactly one last frame, ``done`` or ``failed``, whatever happens."""
        answer = Answer(time.perf_counter())
        try:
            await self._ask(number, call, answer)
            last = {"t": "done", "result": answer.result()}
        except asyncio.CancelledError:
            last = {"t": "failed", "failure": {"kind": "cancelled", "partial": answer.partial()}}
        except Exception as error:
            last = {"t": "failed", "failure": failure_of(error, secret=call.get("api_key")) | answer.cut_off()}
        self._calls.pop(number, None)
        self._send({**last, "id": number})

    async def _ask(self, number: int, call: Frame, answer: Answer) -> None:
        if call.pop("kind", "chat") == "embed":
            answer.take_embedding(await litellm.aembedding(**call, max_retries=0))
            return
        response = await litellm.acompletion(**call, num_retries=0, max_retries=0)
        if not call.get("stream"):
            answer.take_whole(response)
            return
        async with contextlib.aclosing(cast("Any", response)) as chunks:
            async for chunk in chunks:
                if text := answer.take(chunk):
                    self._send({"t": "delta", "id": number, "text": text})
            if not any(getattr(chunk, "usage", None) for chunk in chunks.chunks):
                answer.forget_usage()

    def _send(self, frame: Frame) -> None:
        self._writer.write(packed(frame))


async def serve(channel: socket.socket) -> None:
    """Serve one service over ``channel``."""
    reader, writer = await asyncio.open_connection(sock=channel, limit=2**20)
    await Worker(reader, writer).serve()


def main(descriptor: int) -> None:
    """The worker's process."""
    make_lean()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(socket.socket(fileno=descriptor)))
