"""Language models for tests: a scripted one behind real HTTP, and a small real one.

The scripted server speaks the wire protocols of OpenAI and Anthropic, so that a test can call it through the same
client library that calls the providers; see ``ModelServer`` and the builders in ``answers``.
"""

from tests.models.answers import (
    Answer,
    Call,
    Refused,
    Said,
    Usage,
    call,
    call_tool,
    call_tools,
    close_after,
    cut,
    drip,
    end_after,
    error_after,
    filtered,
    garbage,
    hang,
    reasoning,
    refuse,
    reset_after,
    say,
    slow_first,
    structured,
    without_usage,
    wrong_usage,
)
from tests.models.asked import Asked
from tests.models.embeddings import embed
from tests.models.server import ModelServer

__all__ = [
    "Answer",
    "Asked",
    "Call",
    "ModelServer",
    "Refused",
    "Said",
    "Usage",
    "call",
    "call_tool",
    "call_tools",
    "close_after",
    "cut",
    "drip",
    "embed",
    "end_after",
    "error_after",
    "filtered",
    "garbage",
    "hang",
    "reasoning",
    "refuse",
    "reset_after",
    "say",
    "slow_first",
    "structured",
    "without_usage",
    "wrong_usage",
]
