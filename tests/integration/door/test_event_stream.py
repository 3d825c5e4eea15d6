"""/v1/events over real HTTP: nothing missed, nothing twice, however often it is cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sse_starlette import ServerSentEvent

from core.actor import Actor, Role
from core.database import Database
from core.events import EventLog
from orchestrator.api.sse import messages, stream_run


def change(client: httpx.Client) -> None:
    """Something that states events: one turn of a conversation, to its end."""
    thread = client.post("/v1/threads", json={}).json()["id"]
    client.post(f"/v1/threads/{thread}/runs", json={"message": "hello", "stream": True}).raise_for_status()


def sent(response: httpx.Response) -> Iterator[dict[str, str]]:
    """The messages of a stream, as their fields."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if not line:
            yield fields
            fields = {}
        else:
            name, _, value = line.partition(":")
            fields[name or "comment"] = value.strip()


def page(client: httpx.Client, **query: Any) -> dict[str, Any]:
    return client.get("/v1/events", params=query, headers={"Accept": "application/json"}).json()


def test_every_message_has_an_id_and_the_stream_says_when_to_come_back(shared) -> None:
    with shared.client() as client, client.stream("GET", "/v1/events") as response:
        received = sent(response)
        opening, first = next(received), next(received)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["cache-control"] == "no-store"
    assert opening["retry"] == "2000"
    assert "id" not in opening
    event = json.loads(first["data"])
    assert first["id"] == str(event["id"])
    assert first["event"] == event["type"] == "key.created"


@pytest.mark.parametrize("header", [True, False])
def test_a_client_that_was_cut_misses_nothing_and_sees_nothing_twice(shared, header: bool) -> None:
    with shared.client() as client:
        after = page(client)["as_of"]
        change(client)
        stored = [event["id"] for event in page(client, after=after, limit=500)["items"]]
        seen: list[int] = []
        while len(seen) < len(stored):
            where = {"headers": {"Last-Event-ID": str(after)}} if header else {"params": {"after": after}}
            with client.stream("GET", "/v1/events", **where) as response:
                wanted = min(2, len(stored) - len(seen))
                for _, message in zip(range(wanted), (m for m in sent(response) if "id" in m), strict=False):
                    seen.append(after := int(message["id"]))

    assert len(stored) > 3
    assert seen == stored


def test_the_header_outranks_the_address(shared) -> None:
    with shared.client() as client:
        change(client)
        newest = page(client)["as_of"]
        with client.stream("GET", "/v1/events?after=0", headers={"Last-Event-ID": str(newest - 1)}) as response:
            first = next(message for message in sent(response) if "id" in message)

    assert int(first["id"]) == newest


def test_events_arrive_while_the_stream_is_open(shared) -> None:
    with shared.client() as client, shared.client() as other:
        after = page(client)["as_of"]
        with client.stream("GET", "/v1/events", params={"after": after}) as response:
            received = sent(response)
            next(received)
            change(other)
            arrived = json.loads(next(received)["data"])

    assert arrived["id"] > after


def test_pages_continue_where_they_ended(shared) -> None:
    with shared.client() as client:
        change(client)
        whole = page(client, limit=500)
        cursor, collected = 0, []
        while cursor is not None:
            one = page(client, after=cursor, limit=2)
            collected += one["items"]
            cursor = one["next"]

    assert whole["next"] is None
    assert whole["as_of"] == whole["items"][-1]["id"]
    assert [event["id"] for event in collected] == [event["id"] for event in whole["items"]]


async def test_nobody_sees_another_organisations_events(database: Database) -> None:
    ours, theirs = Actor("a", "home", Role.OWNER), Actor("b", "elsewhere", Role.OWNER)

    def unit(tx) -> None:
        for number in range(3):
            for actor in (ours, theirs):
                tx.emit("key.created", {}, key=f"{actor.org}-{number}", org=actor.org)

    await database.write(unit)
    stream = messages(EventLog(database), org="home", run=None, after=0, last=lambda event: event.key == "home-2")
    received = [json.loads(message.data)["org"] async for message in stream if message.data]

    assert received == ["home"] * 3


async def test_a_runs_stream_ends_with_its_last_event(database: Database) -> None:
    def unit(tx) -> None:
        for run, kind in (("r1", "run.started"), ("r2", "run.finished"), ("r1", "run.finished"), ("r1", "late")):
            tx.emit(kind, {}, key=f"{run}-{kind}", org="home", run=run)

    await database.write(unit)
    response = stream_run(
        EventLog(database), org="home", run="r1", after=0, last=lambda event: event.type == "run.finished"
    )
    kinds = [
        message.event async for message in response.body_iterator if isinstance(message, ServerSentEvent) and message.id
    ]

    assert kinds == ["run.started", "run.finished"]
