"""Every GET of state says which event it includes, so that a client can follow from there and miss nothing."""

from __future__ import annotations

import httpx

from tests.integration.builds.installing import installed
from tests.scenario.upstream import LEDGER, Upstream

OPERATION = "/v1/modules/ledger/operations/list_entries"


async def test_every_snapshot_says_which_event_it_includes(http: httpx.AsyncClient, upstream: Upstream) -> None:
    run = await installed(http, LEDGER, upstream.bound)
    draft, thread = run["output"]["draft"], (await http.post("/v1/threads", json={})).json()["id"]
    paths = ["/v1/modules", "/v1/modules/ledger", "/v1/modules/ledger/versions", OPERATION, "/v1/runs", "/v1/approvals"]
    paths += [f"/v1/runs/{run['id']}", "/v1/threads", f"/v1/threads/{thread}", f"/v1/threads/{thread}/messages"]
    paths += ["/admin/drafts", f"/admin/drafts/{draft}", f"/admin/drafts/{draft}/diff", "/admin/credentials"]
    assert (await http.get(f"/admin/drafts/{draft}/files/none.py")).status_code == 404
    newest = (await http.get("/v1/runs")).json()["as_of"]
    for path in paths:
        assert (await http.get(path)).json()["as_of"] == newest, path
