"""What a person does with the service, over HTTP: upload, say, read a card, answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.scenario.service import Service

SETTLED = frozenset({"done", "failed", "cancelled", "waiting", "unknown"})
ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass
class Person:
    """The owner, with one conversation."""

    service: Service
    thread: str = ""

    def upload(self, content: bytes | str, name: str = "description.yaml", media_type: str = "application/yaml") -> str:
        response = self.service.http.post(
            "/v1/files", params={"name": name}, content=content, headers={"Content-Type": media_type}
        )
        assert response.status_code == 201, response.text
        return response.json()["id"]

    def open_thread(self) -> str:
        self.thread = self.service.post("/v1/threads", {})["id"]
        return self.thread

    def say(self, text: str, *attachments: str, **options: Any) -> dict[str, Any]:
        """Say something in the conversation; the run that answers it, as it is at once."""
        thread = options.pop("thread", None) or self.thread or self.open_thread()
        body = {"message": text, "attachments": list(attachments), "params": options.pop("params", {})}
        return self.service.post(f"/v1/threads/{thread}/runs", body, **options)

    def run(self, run: str) -> dict[str, Any]:
        return self.service.get(f"/v1/runs/{run}")

    def settled(self, run: str, states: frozenset[str] = SETTLED) -> dict[str, Any]:
        """The run once it has ended or waits."""

        def look() -> dict[str, Any] | None:
            found = self.run(run)
            return found if found["state"] in states else None

        return self.service.until(look, f"run {run} is {'/'.join(sorted(states))}") or {}

    def ended(self, run: str) -> dict[str, Any]:
        return self.settled(run, ENDED)

    def card(self, run: str) -> dict[str, Any]:
        """The open card of a run."""
        found = self.service.until(
            lambda: self.service.get("/v1/approvals", run=run, state="pending")["items"], f"run {run} asks"
        )
        assert len(found) == 1
        return found[0]

    def answer(self, card: Mapping[str, Any], answer: str, *, key: str | None = None, **fields: Any) -> httpx.Response:
        """Answer a card with the hash that it was read with."""
        body = {"answer": answer, "payload_hash": card["payload_hash"], **fields}
        headers = {"Idempotency-Key": key} if key else {}
        return self.service.http.post(f"/v1/approvals/{card['id']}", json=body, headers=headers)

    def approve(self, card: Mapping[str, Any]) -> dict[str, Any]:
        response = self.answer(card, "approve")
        assert response.is_success, response.text
        return response.json()

    def bind(self, card: Mapping[str, Any], binding: Mapping[str, str]) -> dict[str, Any]:
        """Set addresses on a card; the card as it is then."""
        response = self.answer(card, "edit", edit={"binding": dict(binding)})
        assert response.is_success, response.text
        return response.json()

    def build(self, description: bytes | str, **headers: str) -> dict[str, Any]:
        """Start a build; its run."""
        return self.service.post("/admin/drafts", {"file": self.upload(description)}, **headers)

    def install(self, description: bytes | str, binding: Mapping[str, str]) -> dict[str, Any]:
        """From a description to an installed module; the build's run."""
        run = self.build(description)["id"]
        self.settled(run)
        self.approve(self.bind(self.card(run), binding))
        built = self.ended(run)
        assert built["state"] == "done", built
        return built

    def call(self, module: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """Call an operation and wait as the route does: ``{"run", "result"?}``."""
        return self.service.post(f"/v1/modules/{module}/operations/{operation}", {"arguments": arguments})

    def messages(self, thread: str | None = None) -> list[dict[str, Any]]:
        return self.service.get(f"/v1/threads/{thread or self.thread}/messages", limit=200)["items"]
