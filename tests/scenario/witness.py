"""A client that follows the one stream through everything, as a browser does."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from typing import Any

import httpx

from tests.scenario.service import Service


class Witness:
    """Collects events from ``/v1/events`` in a thread; cut off, it comes again with the id of the last one."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._leaving = threading.Event()
        self.seen: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def saw(self, type: str, **data: Any) -> dict[str, Any]:
        """The first event of a type with these members in its data, however long it takes."""
        return self._service.until(lambda: self._found(type, data), f"{type} {data} is seen") or {}

    def leave(self) -> list[dict[str, Any]]:
        """Follow to the log's present end, then go; everything that was seen."""
        end = self._service.get("/v1/events", after=0, limit=1)["as_of"]
        self._service.until(lambda: not end or (self.seen and self.seen[-1]["id"] >= end), f"event {end} is seen")
        self._leaving.set()
        return self.seen

    def _found(self, type: str, data: dict[str, Any]) -> dict[str, Any] | None:
        for event in list(self.seen):
            if event["type"] == type and all(event["data"].get(name) == value for name, value in data.items()):
                return event
        return None

    def _follow(self) -> None:
        while not self._leaving.wait(0.02):
            if not self._service.alive:
                continue
            after = self.seen[-1]["id"] if self.seen else 0
            headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
            with suppress(httpx.HTTPError, AssertionError, RuntimeError):
                self._listen(headers)

    def _listen(self, headers: dict[str, str]) -> None:
        with self._service.http.stream("GET", "/v1/events", headers=headers) as response:
            for line in response.iter_lines():
                if line.startswith("data:"):
                    self.seen.append(json.loads(line[5:]))
                if self._leaving.is_set():
                    return
