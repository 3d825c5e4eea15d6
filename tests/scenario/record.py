"""What must be true of every data directory, whatever happened to the processes that served it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sqlalchemy import Connection, create_engine, text

from orchestrator.governance.decision import recompute

OUTCOMES = {"tool.returned", "message.completed", "model.called", "decision.made", "approval.requested"}
ENDS = {"run.finished": "done", "run.failed": "failed", "run.cancelled": "cancelled"}


def check_record(url: str) -> dict[str, int]:
    """Read the whole record and judge it. Returns how much of each there was."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            counts = {
                "events": check_events(connection),
                "runs": check_runs(connection),
                "cards": check_cards(connection),
                "messages": check_messages(connection),
                "effects": check_effects(connection),
                "decisions": check_decisions(connection),
            }
    finally:
        engine.dispose()
    return counts


def rows(connection: Connection, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(query)).mappings()]


def events_of(connection: Connection) -> list[dict[str, Any]]:
    found = rows(connection, "SELECT id, key, org, run, type, data FROM events ORDER BY id")
    return [{**event, "data": json.loads(event["data"])} for event in found]


def check_events(connection: Connection) -> int:
    """No event twice: neither its key, nor an outcome of a step under two keys."""
    events = events_of(connection)
    assert len({event["key"] for event in events}) == len(events)
    outcomes = Counter(
        (event["run"], event["data"].get("step"), event["type"])
        for event in events
        if event["type"] in OUTCOMES and event["data"].get("step")
    )
    assert not [outcome for outcome, times in outcomes.items() if times > 1]
    started = Counter(event["run"] for event in events if event["type"] == "run.started")
    assert set(started.values()) <= {1}
    return len(events)


def check_runs(connection: Connection) -> int:
    """A run's state is what its last ending event said, and it finished once at most."""
    runs = {run["id"]: run for run in rows(connection, "SELECT id, state, error, output, finished_at FROM runs")}
    ends: dict[str, list[str]] = {run: [] for run in runs}
    for event in events_of(connection):
        if event["type"] in ENDS:
            ends[event["run"]].append(event["type"])
    for run in runs.values():
        said = [ENDS[end] for end in ends[run["id"]]]
        ended = run["state"] in ENDS.values()
        assert said.count("done") <= 1, run
        assert said.count("cancelled") <= 1, run
        assert not ended or said[-1] == run["state"], (run, said)
        assert (run["finished_at"] is not None) == ended, run
        assert run["state"] != "failed" or run["error"], run
        assert run["state"] != "done" or run["output"], run
    return len(runs)


def check_cards(connection: Connection) -> int:
    """An open card's run waits for it; an answered one was answered once, with the hash that it shows."""
    cards = rows(
        connection,
        "SELECT a.id, a.state, a.payload_hash, a.run, r.state AS run_state, r.resume_due"
        " FROM approvals a JOIN runs r ON r.id = a.run",
    )
    answers: dict[str, list[dict[str, Any]]] = {}
    for event in events_of(connection):
        if event["type"] in ("approval.answered", "approval.expired"):
            answers.setdefault(event["data"]["approval"], []).append(event)
    for card in cards:
        said = answers.get(card["id"], [])
        if card["state"] == "pending":
            assert not said, card
            # A run may be on its way to its card again when its process ends; it never ends past an open one.
            assert card["run_state"] not in ENDS.values() or card["run_state"] == "failed", card
        else:
            assert len(said) == 1, (card, said)
            assert said[0]["data"].get("payload_hash", card["payload_hash"]) == card["payload_hash"]
    forgotten = rows(
        connection,
        "SELECT id FROM runs WHERE state IN ('waiting', 'unknown') AND executor IS NULL AND NOT resume_due"
        " AND id NOT IN (SELECT run FROM approvals WHERE state = 'pending')",
    )
    assert not forgotten, f"these runs wait for nobody: {forgotten}"
    return len(cards)


def check_messages(connection: Connection) -> int:
    """Every assistant's message was completed once, and each thread counts its messages without a gap."""
    said = rows(connection, "SELECT id, role FROM messages")
    completed = Counter(
        event["data"]["message"] for event in events_of(connection) if event["type"] == "message.completed"
    )
    for message in said:
        assert message["role"] == "user" or completed[message["id"]] == 1, message
    placed = rows(connection, "SELECT thread, position FROM thread_messages ORDER BY thread, position")
    by_thread: dict[str, list[int]] = {}
    for place in placed:
        by_thread.setdefault(place["thread"], []).append(place["position"])
    for positions in by_thread.values():
        assert positions == list(range(1, len(positions) + 1))
    return len(said)


def check_effects(connection: Connection) -> int:
    """A finished effect of a call has its event; one that was only begun has none."""
    effects = rows(connection, "SELECT run, step, kind, state, result FROM effects")
    returned = {
        (event["run"], event["data"]["step"]) for event in events_of(connection) if event["type"] == "tool.returned"
    }
    for effect in effects:
        assert (effect["state"] == "finished") == (effect["result"] is not None), effect
        if effect["kind"] == "tool":
            assert (effect["state"] == "finished") == ((effect["run"], effect["step"]) in returned), effect
    return len(effects)


def check_decisions(connection: Connection) -> int:
    """Every stored decision, computed again from what was stored with it, is the same."""
    found = rows(connection, "SELECT id, run, inputs, decision, hash FROM decisions")
    for row in found:
        again = recompute(json.loads(row["inputs"]))
        assert again.hash == row["hash"], row
        assert again.model_dump(mode="json") == json.loads(row["decision"]), row
    return len(found)
