"""Conversations over HTTP: idempotency keys, streams, branches, search, deletion."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

SAY = {"message": "hello"}


async def opened(http: httpx.AsyncClient, title: str = "") -> str:
    return (await http.post("/v1/threads", json={"title": title})).json()["id"]


async def said(http: httpx.AsyncClient, thread: str, text: str = "hello") -> dict[str, Any]:
    """Say something and wait for the answer, as a program does."""
    async with http.stream("POST", f"/v1/threads/{thread}/runs", json={"message": text, "stream": True}) as response:
        events = [json.loads(line[5:]) async for line in response.aiter_lines() if line.startswith("data:")]
    assert events[-1]["type"] == "run.finished"
    return (await http.get(f"/v1/runs/{events[0]['run']}")).json()


async def messages(http: httpx.AsyncClient, thread: str, **params: Any) -> list[dict[str, Any]]:
    return (await http.get(f"/v1/threads/{thread}/messages", params=params)).json()["items"]


async def test_a_key_that_was_used_gives_the_run_that_it_made(http: httpx.AsyncClient) -> None:
    thread, key = await opened(http), {"Idempotency-Key": "once"}
    first = (await http.post(f"/v1/threads/{thread}/runs", json=SAY, headers=key)).json()
    again = (await http.post(f"/v1/threads/{thread}/runs", json=SAY, headers=key)).json()
    assert again["id"] == first["id"]
    other = await http.post(f"/v1/threads/{thread}/runs", json={"message": "bye"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "invalid_input")
    assert [message["text"] for message in await messages(http, thread) if message["role"] == "user"] == ["hello"]


async def test_the_run_that_a_message_starts_is_told_as_it_is_stored(http: httpx.AsyncClient) -> None:
    thread = await opened(http)
    for _ in range(2):
        told = (await http.post(f"/v1/threads/{thread}/runs", json=SAY)).json()
        stored = (await http.get(f"/v1/runs/{told['id']}")).json()
        assert told["created_at"] == stored["created_at"] != ""
        assert (told["started_at"] is None) == (told["state"] == "queued")
        assert told["started_at"] in (None, stored["started_at"])


async def test_a_repeated_streaming_request_streams_the_whole_run_again_and_ends(http: httpx.AsyncClient) -> None:
    thread, key = await opened(http), {"Idempotency-Key": "once"}
    streams = []
    for _ in range(2):
        request = {"json": {**SAY, "stream": True}, "headers": key}
        async with http.stream("POST", f"/v1/threads/{thread}/runs", **request) as response:
            lines = [line async for line in response.aiter_lines() if line.startswith("data:")]
        streams.append([json.loads(line[5:]) for line in lines])
    assert streams[0] == streams[1]
    assert [streams[0][0]["type"], streams[0][-1]["type"]] == ["run.started", "run.finished"]


async def test_a_branch_shares_messages_up_to_one_and_goes_its_own_way(http: httpx.AsyncClient) -> None:
    thread = await opened(http)
    first = await said(http, thread)
    await said(http, thread, "and again")
    _, reply, *_ = await messages(http, thread)
    response = await http.post(f"/v1/threads/{thread}/branch", json={"message": reply["id"]})
    assert (response.status_code, response.json()["branched_from"]) == (201, thread)
    branch = response.json()["id"]
    assert [message["id"] for message in await messages(http, branch)] == [
        message["id"] for message in (await messages(http, thread))[:2]
    ]
    await said(http, branch, "another way")
    assert len(await messages(http, branch)) == len(await messages(http, thread)) == 4
    by_step = await http.post(f"/v1/threads/{thread}/branch", json={"step": f"{first['id']}/route@2"})
    assert len(await messages(http, by_step.json()["id"])) == 1


async def test_a_key_that_was_used_gives_the_branch_that_it_made(http: httpx.AsyncClient) -> None:
    thread, key = await opened(http), {"Idempotency-Key": "once"}
    run = (await said(http, thread))["id"]
    path = f"/v1/threads/{thread}/branch"
    first = await http.post(path, json={"step": run}, headers=key)
    assert (await http.post(path, json={"step": run}, headers=key)).json() == first.json()
    assert (await http.post(path, json={"step": f"{run}/route@2"}, headers=key)).status_code == 422
    assert len((await http.get("/v1/threads")).json()["items"]) == 2


async def test_a_branch_from_a_step_that_never_was_is_refused(http: httpx.AsyncClient) -> None:
    thread = await opened(http)
    run = (await said(http, thread))["id"]
    refused = await http.post(f"/v1/threads/{thread}/branch", json={"step": f"{run}/nowhere@9"})
    assert (refused.status_code, refused.json()["detail"]) == (404, f"Run {run!r} has no step 'nowhere@9'.")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"message": "a", "step": "b/c@1"}, 422),
        ({"message": "no such message"}, 404),
        ({"step": "no-such-run/route@2"}, 404),
    ],
)
async def test_a_branch_from_nowhere_is_refused(http: httpx.AsyncClient, body: dict[str, str], status: int) -> None:
    thread = await opened(http)
    refused = await http.post(f"/v1/threads/{thread}/branch", json=body)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert (await http.get("/v1/threads")).json()["items"][0]["id"] == thread


async def test_search_takes_the_words_as_they_stand(http: httpx.AsyncClient) -> None:
    titled, other = await opened(http, "Rent 100%"), await opened(http, "Rent 1000")
    await said(http, other, "the under_score and the back\\slash")

    async def found(q: str) -> list[str]:
        return [thread["id"] for thread in (await http.get("/v1/threads", params={"q": q})).json()["items"]]

    assert await found("100%") == [titled]
    assert await found("RENT 100") == [other, titled]
    assert await found("under_score") == [other]
    assert await found("underXscore") == []
    assert await found("back\\slash") == [other]


async def test_deleting_a_thread_leaves_what_a_branch_shares(http: httpx.AsyncClient) -> None:
    thread = await opened(http)
    await said(http, thread)
    before = await messages(http, thread)
    branch = (await http.post(f"/v1/threads/{thread}/branch", json={"message": before[0]["id"]})).json()["id"]
    assert (await http.delete(f"/v1/threads/{thread}")).status_code == 204
    for path in (f"/v1/threads/{thread}", f"/v1/threads/{thread}/messages"):
        assert (await http.get(path)).status_code == 404
    assert (await http.delete(f"/v1/threads/{thread}")).status_code == 404
    assert [message["id"] for message in await messages(http, branch)] == [before[0]["id"]]
    assert (await said(http, branch))["state"] == "done"


async def test_pages_of_threads_and_messages_meet_without_a_gap(http: httpx.AsyncClient) -> None:
    threads = [await opened(http) for _ in range(5)]
    pages, after = [], ""
    while after is not None:
        page = (await http.get("/v1/threads", params={"limit": 2, "after": after})).json()
        pages += [thread["id"] for thread in page["items"]]
        after = page["next"]
    assert pages == threads[::-1]
    for _ in range(2):
        await said(http, threads[0])
    everything = await messages(http, threads[0])
    assert await messages(http, threads[0], limit=3) + await messages(http, threads[0], after=3) == everything
    assert await messages(http, threads[0], before=3, limit=10) == everything[:2]


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "x" * 1_000_001])
async def test_a_message_that_nobody_can_answer_is_refused(http: httpx.AsyncClient, text: str) -> None:
    thread = await opened(http)
    content = json.dumps({"message": text}).encode()
    refused = await http.post(
        f"/v1/threads/{thread}/runs", content=content, headers={"Content-Type": "application/json"}
    )
    assert refused.status_code in (413, 422)
    assert refused.headers["content-type"] == "application/problem+json"
    assert await messages(http, thread) == []
