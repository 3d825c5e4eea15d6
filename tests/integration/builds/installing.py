"""From a description to an installed module, in the application of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

SETTLED = frozenset({"done", "failed", "cancelled", "waiting", "unknown"})


async def settled(http: httpx.AsyncClient, run: str, states: frozenset[str] = SETTLED) -> dict[str, Any]:
    """The run once it has ended or waits."""
    async with asyncio.timeout(60):
        while True:
            found = (await http.get(f"/v1/runs/{run}")).json()
            if found["state"] in states:
                return found
            await asyncio.sleep(0.01)


async def ended(http: httpx.AsyncClient, run: str) -> dict[str, Any]:
    return await settled(http, run, SETTLED - {"waiting", "unknown"})


async def card_of(http: httpx.AsyncClient, run: str) -> dict[str, Any]:
    """The open card of a run."""
    await settled(http, run)
    (card,) = (await http.get("/v1/approvals", params={"run": run, "state": "pending"})).json()["items"]
    return card


async def answer(http: httpx.AsyncClient, card: Mapping[str, Any], word: str, **fields: Any) -> httpx.Response:
    body = {"answer": word, "payload_hash": card["payload_hash"], **fields}
    return await http.post(f"/v1/approvals/{card['id']}", json=body)


async def built(http: httpx.AsyncClient, description: str) -> str:
    """The run of a build."""
    return (await http.post("/admin/drafts", json={"text": description})).json()["id"]


async def installed(http: httpx.AsyncClient, description: str, binding: Mapping[str, str]) -> dict[str, Any]:
    """Build, bind and approve; the build's run."""
    run = await built(http, description)
    card = (await answer(http, await card_of(http, run), "edit", edit={"binding": dict(binding)})).json()
    assert (await answer(http, card, "approve")).is_success
    done = await ended(http, run)
    assert done["state"] == "done", done
    return done
