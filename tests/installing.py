"""From a description to an installed module, by HTTP against a service that runs in another process."""

from __future__ import annotations

from typing import Any

import httpx

STREAM = {"Accept": "text/event-stream"}
PATIENCE_SECONDS = 30.0


def card_of(client: httpx.Client, run: str) -> dict[str, Any]:
    """The card of a build, as soon as its log tells that one is asked for."""
    with client.stream("GET", f"/v1/runs/{run}/events", headers=STREAM, timeout=PATIENCE_SECONDS) as stream:
        asked = any(line == "event: approval.requested" for line in stream.iter_lines())
    assert asked, "the run has ended without a card"
    (card,) = client.get("/v1/approvals", params={"run": run, "state": "pending"}).json()["items"]
    return card


def approve(client: httpx.Client, card: dict[str, Any]) -> None:
    """Approve a card, and wait until its run has ended."""
    yes = {"answer": "approve", "payload_hash": card["payload_hash"]}
    client.post(f"/v1/approvals/{card['id']}", json=yes).raise_for_status()
    client.get(f"/v1/runs/{card['run']}/events", headers=STREAM, timeout=PATIENCE_SECONDS).raise_for_status()
