"""How a scripted answer travels: whole or as a stream, held back by gates, broken off. Each says whether the connection
may carry another request.
"""

from __future__ import annotations

import asyncio
import json

from tests.models.answers import Break, Breaks, Garbage, Gate, Refused
from tests.models.asked import Asked
from tests.models.dialect import Dialect, Frame, Json, Turn
from tests.models.wire import Connection

OVERLOADED = Refused(529, "overloaded")
JSON = {"Content-Type": "application/json"}


async def stream(connection: Connection, dialect: Dialect, turn: Turn, asked: Asked) -> bool:
    """``turn`` as server-sent events, as fast as its gates let it."""
    said = turn.said
    await connection.start_stream({"Content-Type": "text/event-stream", **_ids(asked)})
    if said.first:
        await _pass(said.first)
    *frames, last = dialect.frames(turn)
    for frame in frames:
        if frame.piece:
            if said.breaks and asked.pieces == said.breaks.after:
                return await _break(connection, dialect, said.breaks, asked)
            if said.each:
                await _pass(said.each)
        await connection.chunk(frame.encode())
        asked.pieces += frame.piece
    if said.breaks:
        return await _break(connection, dialect, said.breaks, asked)
    await connection.chunk(last.encode(), last=True)
    return True


async def whole(connection: Connection, dialect: Dialect, turn: Turn, asked: Asked) -> bool:
    """``turn`` in one body, once its gates have let all of it pass."""
    said = turn.said
    if said.first:
        await _pass(said.first)
    if said.each:
        for _ in range(sum(frame.piece for frame in dialect.frames(turn))):
            await _pass(said.each)
    body = json.dumps(dialect.body(turn)).encode()
    if said.breaks is None:
        await connection.respond(200, body, {**JSON, **_ids(asked)})
        return True
    if said.breaks.by is Break.ERROR:
        return await refuse(connection, dialect, OVERLOADED, asked)
    if said.breaks.by is Break.END:
        await connection.respond(200, body[: len(body) // 2], {**JSON, **_ids(asked)})
        return True
    await connection.respond_half(body, JSON)
    return await _break(connection, dialect, said.breaks, asked)


async def _break(connection: Connection, dialect: Dialect, breaks: Breaks, asked: Asked) -> bool:
    if breaks.gate:
        await _pass(breaks.gate)
    if breaks.by is Break.ERROR:
        await connection.chunk(dialect.error_frame(OVERLOADED, asked.model).encode(), last=True)
        return True
    if breaks.by is Break.END:
        await connection.end_stream()
        return True
    if breaks.by is Break.RESET:
        connection.reset()
    return False


async def refuse(connection: Connection, dialect: Dialect, refused: Refused, asked: Asked) -> bool:
    """An error, with the time to wait if the script has one."""
    wait = {} if refused.retry_after is None else {"Retry-After": f"{refused.retry_after:g}"}
    await answer_json(connection, refused.status, dialect.error(refused, asked.model), {**wait, **_ids(asked)})
    return True


async def garble(connection: Connection, garbage: Garbage, asked: Asked) -> bool:
    """The script's bytes where an answer is expected."""
    if not asked.stream:
        await connection.respond(200, garbage.content, {"Content-Type": garbage.content_type})
        return True
    await connection.start_stream({"Content-Type": "text/event-stream"})
    await connection.chunk(Frame(garbage.content.decode("latin-1")).encode(), last=True)
    return True


async def answer_json(connection: Connection, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
    """A JSON body."""
    await connection.respond(status, json.dumps(body).encode(), {**JSON, **(headers or {})})


def _ids(asked: Asked) -> dict[str, str]:
    """The request's name, by which a provider's support finds it: OpenAI's header and Anthropic's."""
    return {"x-request-id": f"req_{asked.number}", "request-id": f"req_{asked.number}"}


async def _pass(gate: Gate) -> None:
    await (gate.wait() if isinstance(gate, asyncio.Event) else gate.acquire())
