"""A run: anything that executes. Pure values; the rules of their change stand in ``store``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.actor import Actor


class RunKind(StrEnum):
    """What a run executes; each kind has one compiled graph."""

    TURN = "turn"
    CALL = "call"
    BUILD = "build"


class RunState(StrEnum):
    """Where a run is. ``UNKNOWN``: an effect whose outcome nobody can tell; the owner is asked."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


ENDED = frozenset({RunState.DONE, RunState.FAILED, RunState.CANCELLED})
SETTLED = ENDED | {RunState.WAITING, RunState.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Run:
    """A run's row. ``epoch`` counts its owners, ``attempt`` the times it was set going; times are RFC 3339."""

    id: str
    org: str
    kind: RunKind
    actor: Actor
    state: RunState
    input: dict[str, Any]
    thread: str | None = None
    parent: str | None = None
    output: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    executor: str | None = None
    epoch: int = 0
    attempt: int = 0
    graph_version: str = ""
    created_at: str = ""
    started_at: str | None = None
    finished_at: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The run as HTTP shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "thread": self.thread,
            "parent": self.parent,
            "actor": self.actor.id,
            "input": self.input,
            "output": self.output,
            "error": self.error,
            "attempt": self.attempt,
            "graph_version": self.graph_version,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
        }


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write for a run: void as soon as another process has taken the run over."""

    run: str
    org: str
    executor: str
    epoch: int
