"""The shapes of an answer: fields for programs, text for people. One is made from the other, never parsed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from orchestrator.governance.model import State

CONVERSATION = "CONVERSATION"


class CompanionResponse(BaseModel):
    """Talk, without any effect."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str

    @property
    def tag(self) -> str:
        """Always the conversation's tag."""
        return CONVERSATION

    def render(self) -> str:
        """``<text> [CONVERSATION]``."""
        return f"{self.text.rstrip()} [{self.tag}]"


class OperatorResponse(BaseModel):
    """What was understood, decided, done, checked and recorded.

    ``answer`` is what the person asked for (a tool's rendered result, a question, a refusal); it opens the text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    situation: str
    decision: str
    execution: str
    verify: str
    log: str
    state: State
    answer: str = ""

    @property
    def tag(self) -> str:
        """The decision's state."""
        return self.state.value

    def render(self) -> str:
        """The answer, the five headed lines, and the state's tag. An empty section says so with a dash."""
        sections = {
            "SITUATION": self.situation,
            "DECISION": self.decision,
            "EXECUTION": self.execution,
            "VERIFY": self.verify,
            "LOG": self.log,
        }
        lines = [f"{title}: {text.strip() or '–'}" for title, text in sections.items()]
        opening = [self.answer.rstrip(), ""] if self.answer.strip() else []
        return "\n".join([*opening, *lines, f"[{self.tag}]"])
