"""A run's steps: a projection of its events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from core.events import PAGE, read_events

STATES = {"step.started": "running", "step.finished": "done", "step.failed": "failed"}


def steps_of(connection: Connection, org: str, run: str) -> list[dict[str, Any]]:
    """The steps in the order in which they first started, each with its state, attempts, times and output."""
    steps: dict[str, dict[str, Any]] = {}
    after = 0
    while page := read_events(connection, after=after, org=org, run=run):
        for event in page:
            if event.type in STATES:
                apply(steps, event.type, event.data, event.ts)
        after = page[-1].id
        if len(page) < PAGE:
            break
    return list(steps.values())


def apply(steps: dict[str, dict[str, Any]], type: str, data: dict[str, Any], ts: str) -> None:
    """One event's effect on the steps."""
    step = steps.setdefault(
        data["step"],
        {"step": data["step"], "node": data["node"], "started_at": ts, "finished_at": None, "output": None},
    )
    step["state"] = STATES[type]
    step["attempts"] = data["attempt"]
    if type != "step.started":
        step["finished_at"] = ts
        step["output"] = data.get("output") or data.get("error")
