"""Which of the two modes a message is for. Exclusive, chosen for each message, with the reason recorded."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


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
