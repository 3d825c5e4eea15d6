"""What a step's tool call returned can be read afterwards, and nothing else of its effects."""

from __future__ import annotations

import httpx

from tests.integration.builds.installing import ended, installed
from tests.scenario.upstream import LEDGER, Upstream


async def test_a_calls_result_is_kept_with_its_step(http: httpx.AsyncClient, upstream: Upstream) -> None:
    await installed(http, LEDGER, upstream.bound)
    called = (await http.post("/v1/modules/ledger/operations/list_entries", json={"arguments": {}})).json()
    place = f"/v1/runs/{called['run']['id']}/results"
    kept = await http.get(f"{place}/{called['run']['output']['executed']}")
    assert kept.json()["envelope"] == called["result"]
    missing = await http.get(f"{place}/nothing@9")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_what_a_model_answered_is_no_result_of_a_tool(http: httpx.AsyncClient) -> None:
    thread = (await http.post("/v1/threads", json={"title": ""})).json()["id"]
    run = (await http.post(f"/v1/threads/{thread}/runs", json={"message": "Hello"})).json()["id"]
    await ended(http, run)
    steps = (await http.get(f"/v1/runs/{run}")).json()["steps"]
    assert steps
    for step in steps:
        assert (await http.get(f"/v1/runs/{run}/results/{step['step']}")).status_code == 404
