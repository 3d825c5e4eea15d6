"""Changing what an installed module may reach: read strictly and at once, asked as a card, applied as approved."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.builds.installing import answer, built, card_of, ended, installed
from tests.scenario.upstream import LEDGER, SERVER, Upstream

PATH = "/admin/modules/ledger/binding"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"binding": {SERVER: "not an address"}},
        {"binding": {"https://elsewhere.example": "http://127.0.0.1:1"}},
        {"hosts": ["https://elsewhere.example:443"]},
        {"hosts": ["ledger.example"]},
        {"hosts": [SERVER]},
        {"capabilities": ["files"]},
        {"credentials": [{"credential": "none", "reference": "x"}]},
        {"credentials": [{"credential": "none"}]},
        {"bundle_sha256": "0" * 64},
    ],
)
async def test_a_grant_that_cannot_be_is_refused_at_once(
    http: httpx.AsyncClient, upstream: Upstream, change: dict[str, Any]
) -> None:
    await installed(http, LEDGER, upstream.bound)
    refused = await http.put(PATH, json=change)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input"), refused.text
    assert (await http.get("/v1/approvals", params={"state": "pending"})).json()["items"] == []


async def test_a_new_grant_is_a_new_card_and_counts_once_it_is_approved(
    http: httpx.AsyncClient, upstream: Upstream
) -> None:
    await installed(http, LEDGER, {SERVER: "http://127.0.0.1:9"})
    path = "/v1/modules/ledger/operations/list_entries"
    before = (await http.post(path, json={})).json()["result"]
    assert (before["ok"], before["error"]["retryable"]) == (False, True)
    change = await http.put(PATH, json={"binding": upstream.bound})
    card = await card_of(http, change.json()["id"])
    assert card["payload"]["bundle_sha256"] == (await http.get("/v1/modules/ledger")).json()["bundle_sha256"]
    assert (await http.post(path, json={})).json()["result"]["ok"] is False
    await answer(http, card, "approve")
    await ended(http, change.json()["id"])
    assert (await http.post(path, json={})).json()["result"]["ok"] is True
    assert (await http.get("/v1/modules/ledger/versions")).json()["items"][0]["number"] == 1


async def test_a_grant_for_what_is_not_installed_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.put(PATH, json={"binding": {SERVER: "http://127.0.0.1:9"}})).status_code == 404


async def test_an_edit_is_told_with_its_decision_and_what_it_makes_reachable(
    http: httpx.AsyncClient, upstream: Upstream
) -> None:
    run = await built(http, LEDGER)
    card = await card_of(http, run)
    edited = (await answer(http, card, "edit", edit={"binding": upstream.bound})).json()
    assert [host["reachable"] for host in card["shown"]["reachability"]] == [False]
    assert [host["reachable"] for host in edited["shown"]["reachability"]] == [True]
    assert not [note for note in edited["shown"]["notes"] if "--bind" in note]
    events = (await http.get(f"/v1/runs/{run}/events", headers={"Accept": "application/json"})).json()["items"]
    told = [event["data"] for event in events if event["type"] == "decision.made"]
    assert [each["payload_hash"] for each in told] == [card["payload_hash"], edited["payload_hash"]]
    assert told[1]["approval"] == card["id"]
    shown = (await http.get(f"/v1/runs/{run}")).json()
    assert [each["decision"]["payload_hash"] for each in shown["decisions"]] == [each["payload_hash"] for each in told]


async def test_a_rejected_card_leaves_its_draft_and_the_draft_can_be_asked_about_again(http: httpx.AsyncClient) -> None:
    run = await built(http, LEDGER)
    await answer(http, await card_of(http, run), "reject", reason="later")
    rejected = await ended(http, run)
    assert (rejected["state"], rejected["output"]["activation"]) == ("done", None)
    assert "later" in rejected["output"]["sentence"]
    again = (await http.post(f"/admin/drafts/{rejected['output']['draft']}/promote")).json()["id"]
    await answer(http, await card_of(http, again), "approve")
    assert (await ended(http, again))["output"]["activation"]["version"] == 1
