"""Server-sent events over the event log: an id on every event, so that a client that was cut misses nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import Conflict, InvalidInput
from core.events import Event, EventLog

KEEP_ALIVE_SECONDS = 15
RECONNECT_MILLISECONDS = 2000
DEFAULT_PAGE = 100
LARGEST_PAGE = 500
LARGEST_ID = 2**63 - 1


class CursorAhead(Conflict):
    """The client's cursor is beyond the newest event: it comes from another database."""

    code = "cursor_ahead"
    default_mend = "Read the state again and follow from the as_of it carries."


async def stream_events(
    request: Request,
    events: EventLog,
    *,
    org: str,
    run: str | None = None,
    last: Callable[[Event], bool] | None = None,
) -> Response:
    """The events of ``org`` (of ``run`` alone where given) beyond the request's cursor.

    The cursor is ``Last-Event-ID``, else ``?after=``, else 0: the beginning. A client that asks for
    ``application/json`` alone gets one page; any other follows for ever, or until ``last`` says that an event is
    the last one. Raises ``InvalidInput`` on a cursor that is no event id, ``CursorAhead`` on one from the future.
    """
    after = cursor(request)
    if wants_page(request.headers.get("accept", "")):
        return await page(request, events, org=org, run=run, after=after)
    if after:
        _, newest = await events.read(org=org, run=run, after=after, limit=1)
        refuse_future(after, newest)
    return EventSourceResponse(
        messages(events, org=org, run=run, after=after, last=last),
        ping=KEEP_ALIVE_SECONDS,
        ping_message_factory=lambda: ServerSentEvent(comment="alive", sep="\n"),
        sep="\n",
    )


async def messages(
    events: EventLog, *, org: str, run: str | None, after: int, last: Callable[[Event], bool] | None
) -> AsyncIterator[ServerSentEvent]:
    """The log as messages. The first one carries no event: it opens the stream and says when to come back."""
    yield ServerSentEvent(comment="open", retry=RECONNECT_MILLISECONDS, sep="\n")
    following = events.follow(org=org, after=after, run=run)
    async for event in following:
        yield message(event)
        if last is not None and last(event):
            return


def message(event: Event) -> ServerSentEvent:
    """One event as one message; its data is the whole event as JSON on one line."""
    data = json.dumps(event.as_dict(), ensure_ascii=False, separators=(",", ":"))
    return ServerSentEvent(data, event=event.type, id=str(event.id), sep="\n")


async def page(request: Request, events: EventLog, *, org: str, run: str | None, after: int) -> Response:
    """One page: ``next`` continues it, and is null where nothing more exists yet; then ``as_of`` does."""
    limit = whole_number(request.query_params.get("limit", str(DEFAULT_PAGE)), "limit")
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput(f"limit is between 1 and {LARGEST_PAGE}.")
    items, newest = await events.read(org=org, run=run, after=after, limit=limit + 1)
    refuse_future(after, newest)
    more, items = len(items) > limit, items[:limit]
    body: dict[str, Any] = {
        "items": [event.as_dict() for event in items],
        "next": items[-1].id if more else None,
        "as_of": newest,
    }
    return JSONResponse(body)


def cursor(request: Request) -> int:
    """Where the client stands. The header outranks the address: a browser that reconnects repeats the old address."""
    given = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    return whole_number(given, "The cursor (an event's id)")


def whole_number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > LARGEST_ID:
        raise InvalidInput(f"{name} is a whole number, not {text[:40]!r}.")
    return int(text)


def refuse_future(after: int, newest: int) -> None:
    if after > newest:
        raise CursorAhead(f"Event {after} does not exist; the newest is {newest}.", as_of=newest)


def wants_page(accept: str) -> bool:
    """Whether the Accept header names JSON and no stream."""
    kinds = [kind.partition(";")[0].strip().lower() for kind in accept.split(",")]
    return "application/json" in kinds and "text/event-stream" not in kinds


def stream_run(
    events: EventLog, *, org: str, run: str, after: int, last: Callable[[Event], bool]
) -> EventSourceResponse:
    """The events of one run from ``after`` on, until ``last``: the answer to a POST that started it."""
    return EventSourceResponse(
        messages(events, org=org, run=run, after=after, last=last),
        ping=KEEP_ALIVE_SECONDS,
        ping_message_factory=lambda: ServerSentEvent(comment="alive", sep="\n"),
        sep="\n",
    )
