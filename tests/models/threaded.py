"""The scripted server in a thread of its own, for tests that are no coroutines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.models.answers import Answer
from tests.models.server import ModelServer, Otherwise


@contextmanager
def served(*script: Answer, otherwise: Otherwise | None = None) -> Iterator[ModelServer]:
    """The server while the block lasts. Its script may be changed from here between two requests."""
    server = ModelServer(*script) if otherwise is None else ModelServer(*script, otherwise=otherwise)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
        yield server
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
