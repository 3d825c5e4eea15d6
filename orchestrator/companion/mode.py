"""Which of the two modes a message is for. Exclusive, chosen for each message, with the reason recorded."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from gateway import ModelResult


class Mode(StrEnum):
    """COMPANION talks and has no effects; OPERATOR decides, acts and accounts for it."""

    COMPANION = "companion"
    OPERATOR = "operator"


class ModeChoice(BaseModel):
    """The mode, the rule that chose it, and the reason in a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode
    rule: str
    reason: str


def choose_mode(routed: ModelResult, *, wanted: Mode | None = None) -> ModeChoice:
    """The mode for a message, from the answer to its ROUTE call. ``wanted`` is the caller's explicit choice.

    The first rule that holds decides: asked for; answers an open question; a command; a question that a tool
    answers; a model's choice; talk. So a command outranks a question in the same message. What is not understood is
    talk: without a clear wish there is no effect.
    """
    seen: dict[str, Any] = routed.data if isinstance(routed.data, dict) else {}
    acts = seen.get("mode") == Mode.OPERATOR.value
    reason = str(seen.get("reason") or "The router gave no reason.")
    if wanted is not None:
        return ModeChoice(mode=wanted, rule="asked", reason=f"The caller asked for {wanted.value}. {reason}")
    if not acts:
        return ModeChoice(mode=Mode.COMPANION, rule="talk", reason=reason)
    if seen.get("resumed") is True:
        return ModeChoice(mode=Mode.OPERATOR, rule="answer", reason=reason)
    rule = {"command": "command", None: "model"}.get(seen.get("mood"), "question")
    return ModeChoice(mode=Mode.OPERATOR, rule=rule, reason=reason)
