"""Calls of tools, by name and by word: what is asked, refused, returned and learned."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.builds.installing import ended, installed
from tests.scenario.upstream import LEDGER, Upstream

CALLS = "/v1/modules/ledger/operations"


async def say(http: httpx.AsyncClient, text: str, **body: Any) -> dict[str, Any]:
    """The turn that answers a message in a thread of its own."""
    thread = (await http.post("/v1/threads", json={})).json()["id"]
    run = (await http.post(f"/v1/threads/{thread}/runs", json={"message": text, **body})).json()
    return await ended(http, run["id"])


@pytest.mark.parametrize(
    ("operation", "arguments", "status"),
    [
        ("no_such_operation", {}, 404),
        ("add_entry", {}, 422),
        ("add_entry", {"body": {}}, 422),
        ("add_entry", {"body": {"text": ""}}, 422),
        ("add_entry", {"body": {"text": "x", "more": 1}}, 422),
        ("list_entries", {"q": 7}, 422),
        ("list_entries", {"unknown": "x"}, 422),
    ],
)
async def test_a_call_that_cannot_be_made_is_refused_before_anything_runs(
    http: httpx.AsyncClient, upstream: Upstream, operation: str, arguments: dict[str, Any], status: int
) -> None:
    await installed(http, LEDGER, upstream.bound)
    refused = await http.post(f"{CALLS}/{operation}", json={"arguments": arguments})
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert (await http.get("/v1/runs", params={"kind": "call"})).json()["items"] == []
    assert upstream.requests == []


async def test_a_failing_service_is_told_as_failed_with_its_answer(http: httpx.AsyncClient, upstream: Upstream) -> None:
    await installed(http, LEDGER, upstream.bound)
    upstream.status = 418
    result = (await http.post(f"{CALLS}/list_entries", json={})).json()
    assert (result["result"]["ok"], result["result"]["error"]["status"]) == (False, 418)
    assert result["run"]["output"]["ok"] is False
    assert "418" in result["run"]["output"]["reply"]["text"]


async def test_an_answer_that_disagrees_with_its_description_is_returned_and_remembered(
    http: httpx.AsyncClient, upstream: Upstream
) -> None:
    await installed(http, LEDGER, upstream.bound)
    upstream.entries.append({"id": "one", "text": "not a number"})
    for _ in range(2):
        result = (await http.post(f"{CALLS}/list_entries", json={})).json()["result"]
        assert (result["ok"], result["data"]["entries"]) == (True, upstream.entries)
        assert [finding["code"] for finding in result["findings"]] == ["output_mismatch"]
    (learned,) = (await http.get("/v1/modules/ledger")).json()["learned"]
    assert (learned["operation"], learned["seen"]) == ("list_entries", 2)


async def test_a_build_that_fails_is_told_as_failed_to_whoever_wished_for_it(http: httpx.AsyncClient) -> None:
    file = (await http.post("/v1/files", params={"name": "a.json"}, content=b'{"hello": 1}')).json()["id"]
    turn = await say(http, "build a module from the attached file", attachments=[file])
    assert (turn["state"], turn["output"]["ok"]) == ("done", False)
    assert "OpenAPI" in turn["output"]["reply"]["text"]
    (build,) = (await http.get("/v1/runs", params={"kind": "build"})).json()["items"]
    assert (build["parent"], build["state"]) == (turn["id"], "failed")


async def test_a_missing_input_is_asked_for_and_nothing_is_guessed(http: httpx.AsyncClient, upstream: Upstream) -> None:
    await installed(http, LEDGER, upstream.bound)
    turn = await say(http, "add an entry to the ledger")
    assert (turn["output"]["state"], turn["output"]["executed"]) == ("BLOCKED", None)
    assert "text" in turn["output"]["question"]["missing"]
    assert upstream.requests == []
    assert (await http.get("/v1/approvals", params={"state": "pending"})).json()["items"] == []


async def test_what_can_be_rolled_back_to_was_installed(http: httpx.AsyncClient, upstream: Upstream) -> None:
    await installed(http, LEDGER, upstream.bound)
    turn = await say(http, "roll back ledger")
    assert (turn["state"], turn["output"]["ok"]) == ("done", False)
    assert (await http.get("/v1/modules/ledger")).json()["version"] == 1
