"""Words on their way to a person: deltas while they are made, one message when they are whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from core.database import Transaction
from orchestrator.runs.journal import Journal, Place
from orchestrator.threads import store

DELTA_SECONDS = 0.05


class Speech:
    """States ``message.delta`` events: the first words at once, later ones together, at most twenty times a second."""

    def __init__(self, journal: Journal, place: Place, message: str) -> None:
        self._journal = journal
        self._place = place
        self._message = message
        self._waiting: list[str] = []
        self._sent = 0
        self._last = float("-inf")

    async def say(self, words: str) -> None:
        self._waiting.append(words)
        now = asyncio.get_running_loop().time()
        if now - self._last >= DELTA_SECONDS:
            await self.flush()
            self._last = now

    async def flush(self) -> None:
        """Send what waits."""
        if not self._waiting:
            return
        text, self._waiting = "".join(self._waiting), []
        self._sent += 1
        await self._journal.occurred(
            "message.delta", self._place, {"message": self._message, "text": text}, n=self._sent
        )


async def speak(parts: AsyncIterator[str], speech: Speech) -> str:
    """Say every part and return the whole."""
    whole: list[str] = []
    async for part in parts:
        whole.append(part)
        await speech.say(part)
    await speech.flush()
    return "".join(whole)


def write_reply(
    tx: Transaction,
    journal: Journal,
    place: Place,
    *,
    thread: str | None,
    message: str,
    text: str,
    data: Mapping[str, Any],
) -> None:
    """The assistant's message and ``message.completed``, in one transaction.

    In a thread that was deleted while its run waited there is no place for it; the event tells it still.
    """
    if thread is not None and store.thread_exists(tx.connection, journal.org, thread):
        store.append_message(
            tx, journal.org, thread, store.Message(message, "assistant", text, dict(data), journal.run.id)
        )
    journal.result(
        tx, "message.completed", place, {"message": message, "thread": thread, "text": text, "data": dict(data)}
    )
