"""What one turn carries from node to node. It holds this turn only; the conversation lives in ``threads``."""

from __future__ import annotations

from typing import Any, TypedDict


class TurnState(TypedDict):
    """Small JSON values: large results stay in their effect's row, and the state names the step.

    A node reads only what the nodes before it have set; what may be absent is read with ``get``.
    """

    thread: str | None
    message: str | None
    text: str
    attachments: list[dict[str, Any]]
    params: dict[str, Any]
    model: str | None
    mode: str
    mode_reason: str
    call: dict[str, Any] | None
    situation: str
    question: dict[str, Any] | None
    talk: str
    planned_by: dict[str, Any]
    decision: dict[str, Any]
    answered: dict[str, Any] | None
    executed: str | None
    runs: list[str]
    verified: dict[str, Any]
    reply: dict[str, Any]
